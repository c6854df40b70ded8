import { Owner, formatDuration, linkedAbort, ownedHost, realHost, sleep } from '@cosi-ts/core';
import { pointerText, type Pointer } from '@cosi-ts/resources';
import { eventsOf } from '@cosi-ts/runtime';
import { CommandError, type CommandIo } from '../io.ts';
import { askedNodes } from './asked-nodes.ts';
import { parseWords, resolveOn } from './get-target.ts';
import { nodeFailure, throwFailures, type NodeFailure } from './node-failure.ts';
import type { NodeSelection } from './node-options.ts';
import { outputOf } from './output-of.ts';
import type { RunningNode } from './running-nodes.ts';
import { parseCondition, type Condition } from './wait-condition.ts';

/** The options of `cosi wait`, as they were given. */
export interface WaitOptions extends NodeSelection {
  readonly namespace?: string;
  readonly for: string;
  /** Milliseconds. */
  readonly timeout: number;
}

/** Exit code for what did not come true in time. */
const TIMEOUT = 3;

/** As shells have it for a program that a SIGINT ended. */
const INTERRUPTED = 130;

/**
 * Waits until something is true of a resource on every node that is asked; a node that restarts meanwhile is waited for.
 *
 * @throws CommandError, with exit code 3 if it does not come true in time.
 */
export async function waitFor(
  io: CommandIo,
  first: string,
  second: string | undefined,
  options: WaitOptions,
): Promise<void> {
  const condition = parseCondition(options.for);
  const { type, id } = parseWords(first, second);
  if (id === undefined) throw new CommandError('the id is missing: write "cosi wait TYPE ID"', { exitCode: 2 });
  const stopped = io.stopped();
  await using owner = new Owner('cosi wait');
  const host = ownedHost(realHost(), owner);
  const { nodes, failures } = await askedNodes(host, io, options);
  const [asked] = nodes;
  if (asked === undefined) return throwFailures(io, failures);
  const target = await resolveOn(asked, { type, id, namespace: options.namespace });
  const pointer: Pointer = { namespace: target.namespace, type: target.type, id };

  const ending = linkedAbort(stopped);
  const { signal } = ending;
  const waiting = new Set(nodes);
  const waits = nodes.map(async (node) => {
    const failure = await waitOn(node, pointer, condition, signal);
    if (!signal.aborted) waiting.delete(node);
    return failure;
  });
  const all = Promise.all(waits).then((answers) => answers.filter((answer) => answer !== undefined));
  const late = sleep(host.timers, options.timeout, signal).then(
    () => 'late' as const,
    () => [],
  );
  const outcome = await Promise.race([all, late]);
  ending.abort();
  if (stopped.aborted) throw new CommandError('interrupted', { exitCode: INTERRUPTED });
  if (outcome !== 'late') return throwFailures(io, [...failures, ...outcome]);
  const names = [...waiting].map(({ label }) => label).join(', ');
  throw new CommandError(
    `${names}: ${pointerText(pointer)} did not come to be as --for=${options.for} wants it within ${formatDuration(options.timeout)}`,
    { exitCode: TIMEOUT },
  );
}

async function waitOn(
  node: RunningNode,
  pointer: Pointer,
  condition: Condition,
  signal: AbortSignal,
): Promise<NodeFailure | undefined> {
  try {
    await using watch = await node.encoded.watch(pointer, { signal });
    for await (const event of eventsOf(watch)) {
      if (event.type === 'errored') return nodeFailure(node.label, event.error);
      if (condition(event.type === 'destroyed' ? undefined : outputOf(node, event.resource))) return undefined;
    }
    return undefined;
  } catch (thrown) {
    return nodeFailure(node.label, thrown);
  }
}
