import { kindKey, pointerText } from '@cosi-ts/resources';
import { partsOf, pointerOf, type History, type Operation, type Violation } from './history.ts';
import { NEVER_STORED, follow, stateKey, type KeyState } from './key-model.ts';

/**
 * Whether what clients were told about each resource can be explained by its operations happening one after the
 * other, each at one moment between its call and its return. A call whose outcome is unknown may have happened
 * at any time after it, or never. Reads of many resources are left to `watchContract`.
 *
 * A transaction is taken for its parts here; that they come together is left to `watchContract` as well.
 *
 * The search is that of Wing and Gong with Lowe's memory of configurations; resources are independent of each
 * other, so each is searched alone.
 *
 * @returns a violation of L1 for each resource for which there is no such order.
 */
export function linearizable(history: History): readonly Violation[] {
  const byKey = new Map<string, Operation[]>();
  for (const operation of partsOf(history.operations)) {
    const pointer = pointerOf(operation.command);
    if (pointer === undefined) continue;
    const key = `${kindKey(pointer)}/${pointer.id}`;
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, [operation]);
    else known.push(operation);
  }
  return [...byKey.values()].flatMap((operations) => violationOf(operations) ?? []);
}

/** A call or a return, in a list that what was placed is taken out of and put back into. */
interface Entry {
  readonly operation: Operation;
  /** Place in the order of calls, among operations of the same certainty. */
  readonly index: number;
  readonly isCertain: boolean;
  readonly moment: number;
  /** Of a call, its return, if it has one. */
  readonly match: Entry | undefined;
  readonly isCall: boolean;
  previous: Entry | undefined;
  next: Entry | undefined;
}

interface Placed {
  readonly entry: Entry;
  readonly before: KeyState;
  /** It changed nothing, so that it may as well be placed at the first chance: no other order has to be tried. */
  readonly isFree: boolean;
}

function violationOf(operations: readonly Operation[]): Violation | undefined {
  const head = listOf(operations);
  const placed: Placed[] = [];
  const certain = new Set<number>();
  const uncertain = new Set<number>();
  const visited = new Set<string>();
  let state = NEVER_STORED;
  let left = operations.filter(isCertain).length;
  let best: { readonly count: number; readonly state: KeyState; readonly stuck: Operation } | undefined;

  let entry = head.next;
  while (left > 0) {
    if (entry?.isCall === true) {
      const after = follow(state, entry.operation.command, entry.operation.outcome);
      const among = entry.isCertain ? certain : uncertain;
      if (after !== undefined && (entry.isCertain || after !== state)) {
        among.add(entry.index);
        const configuration = `${windowOf(certain, head, entry)};${[...uncertain].sort((a, b) => a - b).join()};${stateKey(after)}`;
        if (!visited.has(configuration)) {
          visited.add(configuration);
          placed.push({ entry, before: state, isFree: entry.isCertain && after === state });
          state = after;
          if (entry.isCertain) left -= 1;
          takeOut(entry);
          entry = head.next;
          continue;
        }
        among.delete(entry.index);
      }
      entry = entry.next;
      continue;
    }
    if (entry !== undefined && (best === undefined || placed.length >= best.count)) {
      best = { count: placed.length, state, stuck: entry.operation };
    }
    const last = placed.pop();
    if (last === undefined) return { law: 'L1', message: explain(operations, best) };
    state = last.before;
    (last.entry.isCertain ? certain : uncertain).delete(last.entry.index);
    if (last.entry.isCertain) left += 1;
    putBack(last.entry);
    entry = last.isFree ? undefined : last.entry.next;
  }
  return undefined;
}

function isCertain({ outcome }: Operation): boolean {
  return outcome !== undefined && outcome.kind !== 'unknown';
}

/** Calls and returns in order of time. What is uncertain has no return: it may be placed last of all, or not. */
function listOf(operations: readonly Operation[]): Entry {
  const entries: Entry[] = [];
  const count = { certain: 0, uncertain: 0 };
  for (const operation of operations) {
    const certain = isCertain(operation);
    // A read without an answer says nothing.
    if (!certain && operation.command.do === 'get') continue;
    const index = certain ? (count.certain += 1) : (count.uncertain += 1);
    const common = { operation, index, isCertain: certain, previous: undefined, next: undefined };
    const match: Entry | undefined = certain
      ? { ...common, moment: operation.returned ?? Number.POSITIVE_INFINITY, match: undefined, isCall: false }
      : undefined;
    if (match !== undefined) entries.push(match);
    entries.push({ ...common, moment: operation.called, match, isCall: true });
  }
  entries.sort((a, b) => a.moment - b.moment);
  const [first] = operations;
  if (first === undefined) throw new RangeError('no operations');
  const head: Entry = {
    operation: first,
    index: 0,
    isCertain: false,
    moment: -1,
    match: undefined,
    isCall: false,
    previous: undefined,
    next: undefined,
  };
  let last = head;
  for (const entry of entries) {
    last.next = entry;
    entry.previous = last;
    last = entry;
  }
  return head;
}

function takeOut(call: Entry): void {
  for (const entry of [call, call.match]) {
    if (entry?.previous !== undefined) entry.previous.next = entry.next;
    if (entry?.next !== undefined) entry.next.previous = entry.previous;
  }
}

/** The reverse of `takeOut`, so in reverse order. */
function putBack(call: Entry): void {
  for (const entry of [call.match, call]) {
    if (entry?.previous !== undefined) entry.previous.next = entry;
    if (entry?.next !== undefined) entry.next.previous = entry;
  }
}

/**
 * The places of certain operations as the number of those from the beginning that are all placed, and the others: few,
 * since calls can only be placed in another order while they overlap.
 */
function windowOf(places: ReadonlySet<number>, head: Entry, taken: Entry): string {
  let first = head.next;
  while (first !== undefined && (!first.isCall || !first.isCertain || first === taken)) first = first.next;
  if (first === undefined) return '*';
  const full = first.index - 1;
  let text = `${full}`;
  for (let index = full + 2, left = places.size - full; left > 0; index += 1) {
    if (!places.has(index)) continue;
    text += `,${index}`;
    left -= 1;
  }
  return text;
}

function explain(
  operations: readonly Operation[],
  best: { readonly count: number; readonly state: KeyState; readonly stuck: Operation } | undefined,
): string {
  const pointer = operations[0] && pointerOf(operations[0].command);
  const name = pointer === undefined ? 'a resource' : pointerText(pointer);
  if (best === undefined) return `${name}: its operations cannot have happened in any order`;
  return (
    `${name}: after ${best.count} operations it is ${describeState(best.state)}, ` +
    `and then ${describeOperation(best.stuck)} cannot have happened`
  );
}

function describeState({ stored }: KeyState): string {
  if (stored === undefined) return 'not there';
  const owned = stored.owner === '' ? '' : `, owned by ${stored.owner}`;
  return `at version ${stored.version ?? '?'}, ${stored.phase}${owned}${stored.isHeld ? ', held' : ''}`;
}

/** `update@3 of client-1 (12 to 15), which gave version 4`. */
export function describeOperation({ client, command, called, returned, outcome }: Operation): string {
  const version = command.do === 'update' ? `@${command.resource.metadata.version}` : '';
  return `${command.do}${version} of ${client} (${called} to ${returned ?? '…'}), which ${describeOutcome(outcome)}`;
}

function describeOutcome(outcome: Operation['outcome']): string {
  if (outcome === undefined) return 'was not answered';
  if (outcome.kind === 'unknown') return 'ended unknown';
  if (outcome.kind === 'refused') return `was refused (${outcome.code})`;
  const { value } = outcome;
  if (typeof value === 'boolean') return `gave ${value}`;
  if (value === undefined) return 'was done';
  return 'metadata' in value ? `gave version ${value.metadata.version}` : `gave ${value.length} resources`;
}
