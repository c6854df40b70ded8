import { abbreviated, type Timestamp } from '@cosi-ts/core';
import type { Labels } from './labels.ts';
import type { Phase } from './phase.ts';
import type { Version } from './version.ts';

/** A set of resources: everything of one type in one namespace. */
export interface Kind {
  readonly namespace: string;
  readonly type: string;
}

/** One resource by name. */
export interface Pointer extends Kind {
  readonly id: string;
}

/** What the state knows about a resource beside its spec. An immutable value: nothing about it is ever changed. */
export interface Metadata extends Pointer {
  readonly version: Version;
  /** The controller that owns it; empty for what users own. Set once. */
  readonly owner: string;
  readonly phase: Phase;
  readonly created: Timestamp;
  readonly updated: Timestamp;
  /** Who must agree before it is destroyed: a set, in the order of addition. */
  readonly finalizers: readonly string[];
  readonly labels: Labels;
  readonly annotations: Labels;
}

/** `type(namespace/id@version)`, as error messages name a version of a resource. */
export function referenceText(metadata: Pointer & { readonly version: Version }): string {
  const version = metadata.version < 0 ? 'undefined' : String(metadata.version);
  return textOf(metadata, `@${version}`);
}

/** `type(namespace/id)`, as error messages name a resource. */
export function pointerText(pointer: Pointer): string {
  return textOf(pointer, '');
}

function textOf({ namespace, type, id }: Pointer, suffix: string): string {
  return `${abbreviated(type)}(${abbreviated(namespace)}/${abbreviated(id)}${suffix})`;
}

/** `namespace/type`, the name of a kind's table in a store. No namespace is forbidden a slash: it is escaped. */
export function kindKey({ namespace, type }: Kind): string {
  const isPlain = !namespace.includes('/') && !namespace.includes('%');
  const escaped = isPlain ? namespace : namespace.replaceAll('%', '%25').replaceAll('/', '%2F');
  return `${escaped}/${type}`;
}

/** The kind of a table by that name: see {@link kindKey}. */
export function kindOfKey(key: string): Kind {
  const slash = key.indexOf('/');
  const namespace = key.slice(0, slash).replaceAll('%2F', '/').replaceAll('%25', '%');
  return { namespace, type: key.slice(slash + 1) };
}

export function sameKind(a: Kind, b: Kind): boolean {
  return a.type === b.type && a.namespace === b.namespace;
}

export function samePointer(a: Pointer, b: Pointer): boolean {
  return a.id === b.id && sameKind(a, b);
}

/** Equal in everything but the timestamps; finalizers compare as a set. */
export function equalMetadata(a: Metadata, b: Metadata): boolean {
  if (a === b) return true;
  return (
    samePointer(a, b) &&
    a.version === b.version &&
    a.owner === b.owner &&
    a.phase === b.phase &&
    sameFinalizers(a.finalizers, b.finalizers) &&
    a.labels.equals(b.labels) &&
    a.annotations.equals(b.annotations)
  );
}

function sameFinalizers(a: readonly string[], b: readonly string[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  if (a.every((finalizer, index) => finalizer === b[index])) return true;
  const set = new Set(a);
  return set.size === new Set(b).size && b.every((finalizer) => set.has(finalizer));
}
