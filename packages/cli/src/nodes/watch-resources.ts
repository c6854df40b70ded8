import { eventsOf, type Watch, type WatchEvent } from '@cosi-ts/runtime';
import { CommandError, type CommandIo } from '../io.ts';
import type { Printer } from '../output/printer.ts';
import { failureLines, nodeFailure, throwFailures, warn, type NodeFailure } from './node-failure.ts';
import type { Target } from './get-target.ts';
import { outputOf } from './output-of.ts';
import type { RunningNode } from './running-nodes.ts';

/**
 * Prints what each node has, in the order of the nodes, and then what happens on any of them, until the command is
 * stopped. A node that goes away is reported, and the others go on.
 *
 * @throws CommandError when none is left.
 */
export async function watchResources(
  nodes: readonly RunningNode[],
  target: Target,
  printer: Printer,
  io: CommandIo,
): Promise<void> {
  const signal = io.stopped();
  const begun = await Promise.all(nodes.map((node) => begin(node, target, signal)));
  const watches = begun.filter((one) => 'watch' in one);
  const failures = begun.filter((one) => 'error' in one);
  if (signal.aborted) return;
  if (watches.length === 0) throwFailures(io, failures);
  for (const line of failureLines(failures)) warn(io, line);

  for (const { node, initial } of watches) for (const event of initial) show(event, node, printer, io);
  printer.bootstrapped();
  let left = watches.length;
  await Promise.all(
    watches.map(async ({ node, watch }) => {
      const error = await follow(watch, (event) => show(event, node, printer, io));
      left -= 1;
      if (error === undefined || signal.aborted) return;
      const [line = ''] = failureLines([nodeFailure(node.label, error)]);
      if (left === 0) throw new CommandError(line);
      warn(io, line);
    }),
  );
}

/** A watch that stands, and what it told first. */
interface Begun {
  readonly node: RunningNode;
  readonly watch: Watch;
  readonly initial: readonly WatchEvent[];
}

/** Opens a watch and waits for all that there is: then nodes can be printed in order, and aligned with each other. */
async function begin(node: RunningNode, target: Target, signal: AbortSignal): Promise<Begun | NodeFailure> {
  const { namespace, type, id, query } = target;
  try {
    const watch = await (id === undefined
      ? node.encoded.watchKind({ namespace, type }, { bootstrapContents: true, signal, query })
      : node.encoded.watch({ namespace, type, id }, { signal }));
    return { node, watch, initial: await initialEvents(watch, id !== undefined) };
  } catch (thrown) {
    return nodeFailure(node.label, thrown);
  }
}

/** The events until all contents have been told; a watch of one resource tells it with the first. */
async function initialEvents(watch: Watch, single: boolean): Promise<readonly WatchEvent[]> {
  const batches: (readonly WatchEvent[])[] = [];
  for (;;) {
    const batch = await watch.next();
    if (batch === undefined) return batches.flat();
    for (const event of batch) if (event.type === 'errored') throw event.error;
    batches.push(batch);
    if (single || batch.some(({ type }) => type === 'bootstrapped')) return batches.flat();
  }
}

/** Hands on every event; resolves with the error that ended the watch, or undefined if it was stopped. */
async function follow(watch: Watch, take: (event: WatchEvent) => void): Promise<Error | undefined> {
  for await (const event of eventsOf(watch)) {
    if (event.type === 'errored') return event.error;
    take(event);
  }
  return undefined;
}

/** What cannot be printed is reported; the next event still can. */
function show(event: WatchEvent, node: RunningNode, printer: Printer, io: CommandIo): void {
  if (event.type !== 'created' && event.type !== 'updated' && event.type !== 'destroyed') return;
  try {
    printer.resource(outputOf(node, event.resource), event.type);
  } catch (thrown) {
    for (const line of failureLines([nodeFailure(node.label, thrown)])) warn(io, line);
  }
}
