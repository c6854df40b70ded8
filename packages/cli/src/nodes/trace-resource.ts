import { Owner, ownedHost, realHost } from '@cosi-ts/core';
import { pointerText, type Pointer } from '@cosi-ts/resources';
import { remoteTrace, type ToldStep } from '@cosi-ts/runtime';
import { CommandError, type CommandIo } from '../io.ts';
import { table } from '../output/table.ts';
import { askedNodes } from './asked-nodes.ts';
import { parseWords, resolveOn } from './get-target.ts';
import { nodeFailure, throwFailures, type NodeFailure } from './node-failure.ts';
import type { NodeSelection } from './node-options.ts';
import type { RunningNode } from './running-nodes.ts';

/** The options of `cosi trace`, as they were given. */
export interface TraceOptions extends NodeSelection {
  readonly namespace?: string;
}

/**
 * Prints why a resource is what it is, on each node that is asked.
 *
 * @throws CommandError if there is no such resource, or some node could not tell.
 */
export async function traceResource(
  io: CommandIo,
  first: string,
  second: string | undefined,
  options: TraceOptions,
): Promise<void> {
  const { type, id } = parseWords(first, second);
  if (id === undefined) throw new CommandError('the id is missing: write "cosi trace TYPE ID"', { exitCode: 2 });
  await using owner = new Owner('cosi trace');
  const host = ownedHost(realHost(), owner);
  const { nodes, failures } = await askedNodes(host, io, options);
  const [asked] = nodes;
  if (asked === undefined) return throwFailures(io, failures);
  const target = await resolveOn(asked, { type, id, namespace: options.namespace });
  const pointer: Pointer = { namespace: target.namespace, type: target.type, id };

  const answers = await Promise.all(nodes.map((node) => ask(node, pointer)));
  const rows = table((text) => io.out.write(text));
  rows.row(['NODE', 'TIME', 'EVENT', 'VERSION', 'BY', 'RESOURCE']);
  let isAnswered = false;
  for (const [index, node] of nodes.entries()) {
    const answer = answers[index] ?? [];
    if ('error' in answer) continue;
    isAnswered = true;
    for (const step of answer) rows.row(cells(node, step));
  }
  if (isAnswered) rows.flush();
  throwFailures(io, [...failures, ...answers.filter((answer) => 'error' in answer)]);
}

async function ask(node: RunningNode, pointer: Pointer): Promise<readonly ToldStep[] | NodeFailure> {
  try {
    return await remoteTrace(node.channel, pointer, { metadata: node.metadata });
  } catch (thrown) {
    return nodeFailure(node.label, thrown);
  }
}

function cells(node: RunningNode, { depth, event, time, version, actor, pointer, isCut }: ToldStep): readonly string[] {
  const isKnown = event !== 'hidden' && event !== 'forgotten';
  const name = event === 'hidden' ? '(may not be read)' : pointerText(pointer);
  return [
    node.label,
    time,
    EVENTS[event],
    version,
    isKnown && actor === '' ? '(outside)' : actor,
    `${'  '.repeat(depth)}${name}${isCut ? ' …' : ''}`,
  ];
}

const EVENTS: Readonly<Record<ToldStep['event'], string>> = {
  created: 'created',
  updated: 'updated',
  tornDown: 'torn down',
  destroyed: 'destroyed',
  forgotten: '(forgotten)',
  hidden: '(hidden)',
};
