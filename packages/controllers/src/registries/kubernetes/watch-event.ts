import { KubernetesError } from './api.ts';
import { readNode, record, text, type KubernetesNode } from './kubernetes-node.ts';

/** An event of a watch, which moves it on in the history of the cluster. */
export interface WatchEvent {
  /** Undefined for a bookmark. */
  readonly node: KubernetesNode | undefined;
  readonly isDeleted: boolean;
  readonly resourceVersion: string;
}

/**
 * What a watch said.
 * @throws KubernetesError with the status that it ended with, or 410, as if it had been too far behind, for what cannot be
 * read: then nobody knows what was missed.
 */
export function readWatchEvent(json: string): WatchEvent {
  const { type, object } = record(parsed(json, lost));
  if (type === 'ERROR') throw statusError(object);
  if (type === 'BOOKMARK') {
    const resourceVersion = text(record(record(object)['metadata'])['resourceVersion']);
    if (resourceVersion !== '') return { node: undefined, isDeleted: false, resourceVersion };
  }
  const read = readNode(object);
  const isKnown = type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED';
  if (!isKnown || read === undefined || read.resourceVersion === '') throw lost('an event that cannot be read');
  return { ...read, isDeleted: type === 'DELETED' };
}

/** A page of a list, and where the next one begins. */
export interface ListPage {
  readonly nodes: readonly KubernetesNode[];
  readonly resourceVersion: string;
  readonly continue: string;
}

/** @throws KubernetesError if it is no page */
export function readListPage(json: string): ListPage {
  const { metadata, items } = record(parsed(json, unlisted));
  const { resourceVersion, continue: next } = record(metadata);
  if (!Array.isArray(items) || text(resourceVersion) === '') throw unlisted('a list that cannot be read');
  const nodes = items.flatMap((item) => readNode(item)?.node ?? []);
  return { nodes, resourceVersion: text(resourceVersion), continue: text(next) };
}

/** The error that a Status object stands for. */
export function statusError(object: unknown, httpStatus?: number): KubernetesError {
  const { code, message, reason } = record(object);
  const status = typeof code === 'number' ? code : httpStatus;
  return new KubernetesError(text(message) || text(reason) || `HTTP status ${status ?? 'unknown'}`, status);
}

/** History is compacted: where the watch stood is no more. */
export const GONE = 410;

function lost(what: string): KubernetesError {
  return new KubernetesError(`the API server sent ${what}`, GONE);
}

/** Whoever is no API server can be asked as often as one likes. */
function unlisted(what: string): KubernetesError {
  return new KubernetesError(`the API server sent ${what}`);
}

function parsed(json: string, failure: (what: string) => KubernetesError): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw failure('broken JSON');
  }
}
