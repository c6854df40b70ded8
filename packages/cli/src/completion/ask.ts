import { Owner, ownedHost, realHost, sleep, type Host } from '@cosi-ts/core';
import { Member, Namespace } from '@cosi-ts/resources';
import { collection } from '@cosi-ts/runtime';
import type { CommandIo } from '../io.ts';
import { askedNodes } from '../nodes/asked-nodes.ts';
import { definitionsOf, parseWords, resolveOn } from '../nodes/get-target.ts';
import type { NodeSelection } from '../nodes/node-options.ts';
import { asksRemotely, readClientConfig } from '../nodes/remote-nodes.ts';
import type { RunningNode } from '../nodes/running-nodes.ts';
import { candidates, type Candidate } from './candidate.ts';
import type { Position } from './position.ts';
import type { AskedKind } from './values.ts';

/** Milliseconds that somebody waits after a key press. */
const PATIENCE = 2000;

/** What nodes or the client configuration know of; nothing, if they cannot say it in time. */
export async function askCandidates(
  kind: AskedKind,
  io: CommandIo,
  selection: NodeSelection,
  position: Position,
): Promise<readonly Candidate[]> {
  await using owner = new Owner('cosi completion');
  const host = ownedHost(realHost(), owner);
  const late = sleep(host.timers, PATIENCE, owner.signal).then(
    () => [],
    () => [],
  );
  return await Promise.race([orNothing(ask(kind, { host, io, selection, position })), late]);
}

async function orNothing(answer: Promise<readonly Candidate[]>): Promise<readonly Candidate[]> {
  try {
    return await answer;
  } catch {
    return [];
  }
}

interface Asking {
  readonly host: Host;
  readonly io: CommandIo;
  readonly selection: NodeSelection;
  readonly position: Position;
}

async function ask(kind: AskedKind, asking: Asking): Promise<readonly Candidate[]> {
  const { host, io, selection, position } = asking;
  if (kind === 'context') return contexts(asking);
  const { nodes } = await askedNodes(host, io, kind === 'nodes' ? { ...selection, nodes: [] } : selection);
  const [first] = nodes;
  if (first === undefined) return [];
  if (kind === 'nodes') return nodeNames(asking, nodes, first);
  if (kind === 'type') return position.word.includes('/') ? typesAndIds(asking, nodes) : types(asking, first);
  if (kind === 'id') return ids(asking, nodes, position.args[0] ?? '');
  const found = await collection(first.state, Namespace).list();
  return found.map(({ metadata, spec }) => ({ value: metadata.id, description: spec.description }));
}

async function contexts({ host, io, selection }: Asking): Promise<readonly Candidate[]> {
  const { config } = await readClientConfig(host, io, selection);
  return candidates(config.contexts.keys());
}

/** Of nodes here, all that they go by; of nodes elsewhere, those of the context, and what one of them knows of others. */
async function nodeNames(
  { io, selection }: Asking,
  nodes: readonly RunningNode[],
  first: RunningNode,
): Promise<readonly Candidate[]> {
  const known = nodes.flatMap(({ name, hostname, addresses }) => [
    { value: name },
    ...candidates(hostname === undefined ? [] : [hostname]),
    ...addresses.map((value) => ({ value, description: name })),
  ]);
  if (!asksRemotely(io, selection)) return known;
  const members = await collection(first.state, Member).list();
  const others = members.flatMap(({ spec: { hostname, addresses } }) => [
    { value: hostname },
    ...addresses.map((value) => ({ value, description: hostname })),
  ]);
  return [...known, ...others];
}

/**
 * One name of each type; once a letter is written, also its aliases, and once a dot is, longer names. A name that several
 * types go by would be refused.
 */
async function types({ position: { word } }: Asking, node: RunningNode): Promise<readonly Candidate[]> {
  const definitions = await definitionsOf(node);
  const names = definitions.flatMap(({ type, displayType, allAliases }) => {
    const known = [...allAliases, type.toLowerCase()].filter((name) => name.includes('.') === word.includes('.'));
    return (word === '' ? known.slice(0, 1) : known).map((value) => ({ value, description: displayType }));
  });
  const uses = Map.groupBy(names, ({ value }) => value);
  return names.filter(({ value }) => uses.get(value)?.length === 1);
}

async function typesAndIds(asking: Asking, nodes: readonly RunningNode[]): Promise<readonly Candidate[]> {
  const type = asking.position.word.replace(/\/.*$/s, '');
  const found = await ids(asking, nodes, type);
  return found.map(({ value, description }) => ({ value: `${type}/${value}`, description }));
}

async function ids({ position }: Asking, nodes: readonly RunningNode[], word: string): Promise<readonly Candidate[]> {
  const [first] = nodes;
  // The type that brings its id leaves nothing to complete.
  if (first === undefined || word.includes('/')) return [];
  const words = { ...parseWords(word, undefined), namespace: position.options['namespace']?.at(-1) };
  const { namespace, type } = await resolveOn(first, words);
  const lists = nodes.map((node) => node.encoded.list({ namespace, type }).catch(() => []));
  const found = (await Promise.all(lists)).flat().map(({ metadata }) => metadata.id);
  return candidates([...new Set(found)].sort());
}
