import type { Bytes, Change, Pace } from '@cosi-ts/core';
import { tombstone, type Pointer, type Resource } from '@cosi-ts/resources';
import { InvalidBookmarkError, InvalidWatchOptionsError } from './errors.ts';
import type { Query } from './query/query.ts';
import { isCostly, sliceOf } from './query/slice.ts';
import type { WatchKindOptions, WatchOptions } from './state.ts';
import type { Watch, WatchEvent } from './watch.ts';
import { selecting } from './watch/selecting.ts';
import type { WatchSource } from './watch/source.ts';
import { TableWatch, type TableWatchOptions } from './watch/table-watch.ts';

/** @throws InvalidWatchOptionsError, InvalidBookmarkError */
export function watchResource(source: WatchSource, pointer: Pointer, options: WatchOptions): Watch {
  const { table } = source;
  const isMine = (change: Change<Resource>): boolean => change.key === pointer.id;
  const from = startOf(source, options, isMine);
  const first = from === undefined ? once([stateOf(source, pointer)]) : undefined;
  const cursor = table.keyEvents(pointer.id, from);
  const take = () => cursor.pull().map((change) => source.eventOf(change));
  return new TableWatch(cursor, { take, first, signal: options.signal });
}

/** @throws InvalidWatchOptionsError, InvalidBookmarkError */
export function watchKind(source: WatchSource, options: WatchKindOptions, pace: Pace): Watch | Promise<Watch> {
  const { query, signal } = options;
  const { table } = source;
  const from = startOf(source, options, () => true);
  const begun = (at: number, first: TableWatchOptions['first']): Watch => {
    const cursor = table.events(at);
    const take =
      query === undefined ? () => source.batch(cursor.skip(), cursor.next) : selecting(source, cursor, query);
    return new TableWatch(cursor, { take, first, signal, pace, isCostly: isCostly(query) });
  };
  const noop = (bookmark: Bytes): readonly WatchEvent[] =>
    options.bootstrapBookmark === true ? [{ type: 'noop', resource: source.nobody(), bookmark }] : [];
  const start = from ?? table.ring.next;
  if (options.bootstrapContents !== true) {
    const first = once(noop(source.bookmarkBefore(start)));
    return begun(start, first);
  }
  if (from !== undefined) {
    throw new InvalidWatchOptionsError('cannot use BootstrapContents with TailEvents and StartFromBookmark options');
  }
  const begin = (contents: readonly Resource[], position: number): Watch => {
    const bookmark = source.bookmarkAt(position);
    const last: WatchEvent = { type: 'bootstrapped', resource: source.nobody(), bookmark };
    const first = bootstrap(contents, query, last, noop(bookmark));
    return begun(liveFrom(source, position, start), first);
  };
  const listing = table.listPaced(pace);
  return listing instanceof Promise
    ? listing.then(({ values, position }) => begin(values, position))
    : begin(listing.values, source.position);
}

/** Where the events begin that a listing does not have: what was committed while it was made comes after it. */
function liveFrom({ table: { ring } }: WatchSource, position: number, begun: number): number {
  const sequence = ring.seek(position, Number.MAX_SAFE_INTEGER);
  // If the oldest event there is lies behind where it began, some between may be lost: then it is overrun.
  return sequence === ring.first ? Math.min(sequence, begun) : sequence;
}

function once(events: readonly WatchEvent[]): (() => readonly WatchEvent[] | undefined) | undefined {
  let left: readonly WatchEvent[] | undefined = events;
  if (events.length === 0) return undefined;
  return () => {
    const batch = left;
    left = undefined;
    return batch;
  };
}

/** The contents batch by batch, the last of which ends with `last`, then what follows, if anything does. */
function bootstrap(
  contents: readonly Resource[],
  query: Query | undefined,
  last: WatchEvent,
  behind: readonly WatchEvent[],
): () => readonly WatchEvent[] | undefined {
  let next = 0;
  const rest = once(behind);
  let isOver = false;
  return () => {
    if (isOver) return rest?.();
    const begin = next;
    next += sliceOf(query, begin, contents.length, (index) => (contents[index] as Resource).metadata.id);
    const events = query === undefined ? present(contents, begin, next) : matching(contents, begin, next, query);
    isOver = next === contents.length;
    if (isOver) events.push(last);
    return events;
  };
}

function present(contents: readonly Resource[], begin: number, end: number): WatchEvent[] {
  const events: WatchEvent[] = [];
  for (let index = begin; index < end; index += 1)
    events.push({ type: 'created', resource: contents[index] as Resource });
  return events;
}

function matching(contents: readonly Resource[], begin: number, end: number, query: Query): WatchEvent[] {
  const events: WatchEvent[] = [];
  for (let index = begin; index < end; index += 1) {
    const resource = contents[index] as Resource;
    if (query.matches(resource)) events.push({ type: 'created', resource });
  }
  return events;
}

function stateOf(source: WatchSource, pointer: Pointer): WatchEvent {
  const resource = source.table.get(pointer.id);
  const bookmark = source.bookmarkAt(source.position);
  return resource === undefined
    ? { type: 'destroyed', resource: tombstone(pointer), bookmark }
    : { type: 'created', resource, bookmark };
}

/** The sequence number to begin at; undefined: now. */
function startOf(
  source: WatchSource,
  options: WatchOptions,
  counts: (change: Change<Resource>) => boolean,
): number | undefined {
  const { ring } = source.table;
  const tail = options.tailEvents ?? 0;
  if (options.from !== undefined) {
    if (tail > 0) throw new InvalidWatchOptionsError('cannot use both TailEvents and StartFromBookmark options');
    const place = source.placeOf(options.from);
    if (place === undefined) throw new InvalidBookmarkError(options.from);
    const sequence = ring.after(place.position, place.index);
    if (sequence === undefined) throw new InvalidBookmarkError(options.from, 'history does not reach back to it');
    return sequence;
  }
  if (tail <= 0) return undefined;
  let sequence = ring.next;
  for (let found = 0; found < tail && sequence > ring.firstEligible;) {
    sequence -= 1;
    if (counts(ring.at(sequence))) found += 1;
  }
  return sequence;
}
