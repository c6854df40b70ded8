import { RpcError } from '@cosi-ts/core';
import {
  Namespace,
  ResourceDefinition,
  typeRegistry,
  type Kind,
  type Resource,
  type ResourceDefinitionSpec,
} from '@cosi-ts/resources';
import { AccessDeniedError, collection, remoteState } from '@cosi-ts/runtime';
import { impatient } from '../nodes/connect.ts';
import { outputOf } from '../nodes/output-of.ts';
import type { RunningNode } from '../nodes/running-nodes.ts';
import { isMachineConfigText, type OutputResource } from '../output/resource.ts';
import { parseYaml, YamlSyntaxError, yamlValue } from '../output/yaml/parse.ts';
import { yamlText } from '../output/yaml-text.ts';
import { REDACTED } from '../secrets/secret-name.ts';
import type { Scrubber } from '../secrets/scrubber.ts';
import type { ArchiveFile } from './archive.ts';
import { failed, type Report } from './report.ts';
import { safeName } from './safe-name.ts';

/** Milliseconds that a node has to say what there is, and to list one kind of it. */
const PATIENCE = { introduce: 5000, list: 30_000 };

/** Kinds that are listed at once. */
const AT_ONCE = 16;

/** Every kind that a node may have. */
export interface Contents {
  readonly types: readonly ResourceDefinitionSpec[];
  readonly namespaces: readonly string[];
}

/** @throws RpcError if the node does not answer */
export async function contentsOf({ channel, metadata }: RunningNode, signal: AbortSignal): Promise<Contents> {
  const state = remoteState(impatient(channel, PATIENCE.introduce, signal), { types: typeRegistry(), metadata });
  const [types, namespaces] = await Promise.all([
    collection(state, ResourceDefinition).list(),
    collection(state, Namespace).list(),
  ]);
  return { types: types.map(({ spec }) => spec), namespaces: namespaces.map(({ metadata: { id } }) => id) };
}

export interface ResourceFilesOptions {
  readonly scrubber: Scrubber;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/**
 * The resources of a node, a file for each kind that there is something of. What is sensitive comes first, without its
 * specs: the scrubber learns from them what to look for in the others.
 *
 * @throws RpcError once the node answers no more
 */
export async function* resourceFiles(
  node: RunningNode,
  contents: Contents,
  { scrubber, report, signal }: ResourceFilesOptions,
): AsyncGenerator<ArchiveFile> {
  const state = remoteState(impatient(node.channel, PATIENCE.list, signal), {
    types: { find: () => undefined },
    metadata: node.metadata,
  });
  const kinds = kindsOf(contents);
  for (let at = 0; at < kinds.length; at += AT_ONCE) {
    const some = kinds.slice(at, at + AT_ONCE);
    const lists = await Promise.allSettled(some.map((kind) => state.list(kind)));
    for (const [index, kind] of some.entries()) {
      const list = lists[index];
      if (list?.status === 'rejected') refused(report, kind, list.reason);
      else if (list !== undefined && list.value.length > 0) yield fileOf(node, kind, list.value, scrubber, report);
    }
  }
}

interface ListedKind extends Kind {
  readonly isSensitive: boolean;
}

/** Every type may be in every namespace. */
function kindsOf({ types, namespaces }: Contents): readonly ListedKind[] {
  const known = typeRegistry();
  const kinds = types.flatMap(({ type, sensitivity }) => {
    const isSensitive = sensitivity === 'sensitive' || known.find(type)?.sensitive === true;
    return namespaces.map((namespace) => ({ namespace, type, isSensitive }));
  });
  return [...kinds.filter(({ isSensitive }) => isSensitive), ...kinds.filter(({ isSensitive }) => !isSensitive)];
}

function fileOf(
  node: RunningNode,
  { namespace, type, isSensitive }: ListedKind,
  resources: readonly Resource[],
  scrubber: Scrubber,
  report: Report,
): ArchiveFile {
  const print = yamlText();
  report.kinds += 1;
  const texts = resources.map((resource) => {
    const output = outputOf(node, resource);
    if (isSensitive) scrubber.learn(innerText(output.specYaml));
    report.resources += 1;
    try {
      return print({ ...output, specYaml: shownSpec(output, isSensitive, scrubber) }, undefined);
    } catch (thrown) {
      failed(report, `${namespace}/${type} ${resource.metadata.id}`, thrown);
      return '';
    }
  });
  // Labels and annotations are anybody's, too.
  return {
    path: `resources/${safeName(namespace)}/${safeName(type.toLowerCase())}.yaml`,
    text: scrubber.text(texts.join('')),
  };
}

function shownSpec(output: OutputResource, isSensitive: boolean, scrubber: Scrubber): string {
  if (output.specYaml === '') return '';
  if (!isSensitive) return scrubber.spec(output.specYaml);
  return isMachineConfigText(output) ? scrubber.yaml(innerText(output.specYaml)) : REDACTED;
}

/** A configuration comes as one text, of which what is within is YAML again. */
function innerText(specYaml: string): string {
  try {
    const value = yamlValue(parseYaml(specYaml));
    return typeof value === 'string' ? value : specYaml;
  } catch (thrown) {
    if (!(thrown instanceof YamlSyntaxError)) throw thrown;
    return specYaml;
  }
}

/** @throws RpcError if there is no use in asking on */
function refused(report: Report, { namespace, type, isSensitive }: ListedKind, thrown: unknown): void {
  if (thrown instanceof RpcError && /^(UNAVAILABLE|DEADLINE_EXCEEDED|CANCELLED)$/.test(thrown.status)) throw thrown;
  const isDenied =
    thrown instanceof AccessDeniedError || (thrown instanceof RpcError && thrown.status === 'PERMISSION_DENIED');
  if (isSensitive && isDenied) note(report, 'sensitive resources: only an admin is given them');
  else failed(report, `${namespace}/${type}`, thrown);
}

function note(report: Report, text: string): void {
  if (!report.notes.includes(text)) report.notes.push(text);
}
