import { CursorOverrunError, type Bytes, type Change, type EventsCursor, type Table } from '@cosi-ts/core';
import { tombstone, type Kind, type Pointer, type Resource } from '@cosi-ts/resources';
import { decodeBookmark, encodeBookmark } from './bookmark.ts';
import { InvalidBookmarkError, InvalidWatchOptionsError, WatchOverrunError } from './errors.ts';
import type { Query } from './query/query.ts';
import type { WatchKindOptions, WatchOptions } from './state.ts';
import { watchOf, type Watch, type WatchEvent } from './watch.ts';

/** What a watch reads: one kind's table and what its bookmarks are made of. */
export interface WatchSource {
  readonly kind: Kind;
  readonly table: Table<Resource>;
  readonly cookie: Bytes;
  readonly hash: Bytes;
  /** The store's position now. */
  position(): number;
  /** Events by their changes: watches share them, and what is made of them. */
  readonly events: WeakMap<Change<Resource>, WatchEvent>;
}

/** @throws InvalidWatchOptionsError, InvalidBookmarkError */
export function watchResource(source: WatchSource, pointer: Pointer, options: WatchOptions): Watch {
  const { table } = source;
  const isMine = (change: Change<Resource>): boolean => change.key === pointer.id;
  const from = startOf(source, options, isMine);
  const first: WatchEvent[] = [];
  if (from === undefined) {
    const resource = table.get(pointer.id);
    const bookmark = bookmarkHere(source);
    first.push(
      resource === undefined
        ? { type: 'destroyed', resource: tombstone(pointer), bookmark }
        : { type: 'created', resource, bookmark },
    );
  }
  const toEvent = (change: Change<Resource>): WatchEvent | undefined =>
    isMine(change) ? eventOf(source, change) : undefined;
  return run(first, puller(table.events(from), toEvent), options.signal);
}

/** @throws InvalidWatchOptionsError, InvalidBookmarkError */
export function watchKind(source: WatchSource, options: WatchKindOptions): Watch {
  const { table } = source;
  const { query } = options;
  const from = startOf(source, options, () => true);
  if (options.bootstrapContents === true && from !== undefined) {
    throw new InvalidWatchOptionsError('cannot use BootstrapContents with TailEvents and StartFromBookmark options');
  }
  const first: WatchEvent[] = [];
  const bookmark = bookmarkHere(source);
  const nobody = tombstone({ ...source.kind, id: '' });
  if (options.bootstrapContents === true) {
    for (const resource of table.list()) {
      if (query === undefined || query.matches(resource)) first.push({ type: 'created', resource });
    }
    first.push({ type: 'bootstrapped', resource: nobody, bookmark });
  }
  if (options.bootstrapBookmark === true) first.push({ type: 'noop', resource: nobody, bookmark });
  const toEvent = (change: Change<Resource>): WatchEvent | undefined =>
    query === undefined ? eventOf(source, change) : filteredEventOf(source, change, query);
  // Whoever wants bookmarks gets a fresh one also if nothing is selected for long, before history leaves the last behind.
  const progress = (): WatchEvent => ({ type: 'noop', resource: nobody, bookmark: bookmarkHere(source) });
  const wantsProgress = options.bootstrapBookmark === true && query !== undefined;
  return run(
    first,
    puller(
      table.events(from),
      toEvent,
      wantsProgress ? { every: table.ring.capacity >> 2, event: progress } : undefined,
    ),
    options.signal,
  );
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
    const place = decodeBookmark(source.cookie, source.hash, options.from);
    if (place === undefined || place.position > source.position()) throw new InvalidBookmarkError(options.from);
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

function run(first: readonly WatchEvent[], live: Puller, signal: AbortSignal | undefined): Watch {
  const { cursor } = live;
  let initial = first;
  const close = (): void => {
    signal?.removeEventListener('abort', close);
    cursor.close();
  };
  if (signal?.aborted === true) cursor.close();
  else signal?.addEventListener('abort', close, { once: true });
  return watchOf(async () => {
    if (initial.length > 0 && !cursor.isClosed) {
      const batch = initial;
      initial = [];
      return batch;
    }
    for (;;) {
      if (!cursor.isReady) await cursor.ready();
      if (cursor.isClosed) return undefined;
      const batch = live.pull();
      if (batch.length > 0) return batch;
    }
  }, close);
}

interface Puller {
  readonly cursor: EventsCursor<Resource>;
  /** What is pending; empty if nothing of it is selected. */
  pull(): readonly WatchEvent[];
}

function puller(
  cursor: EventsCursor<Resource>,
  toEvent: (change: Change<Resource>) => WatchEvent | undefined,
  progress?: { readonly every: number; event(): WatchEvent },
): Puller {
  /** How many changes since the last event. */
  let unselected = 0;
  return {
    cursor,
    pull() {
      try {
        const batch: WatchEvent[] = [];
        for (const change of cursor.pull()) {
          const event = toEvent(change);
          if (event !== undefined) batch.push(event);
          unselected = event === undefined ? unselected + 1 : 0;
        }
        if (progress !== undefined && unselected > 0 && unselected >= progress.every) {
          batch.push(progress.event());
          unselected = 0;
        }
        return batch;
      } catch (thrown) {
        if (!(thrown instanceof CursorOverrunError)) throw thrown;
        return [{ type: 'errored', error: new WatchOverrunError(thrown.message) }];
      }
    },
  };
}

function eventOf(source: WatchSource, change: Change<Resource>): WatchEvent {
  const known = source.events.get(change);
  if (known !== undefined) return known;
  const event = newEvent(source, change);
  source.events.set(change, event);
  return event;
}

function newEvent(source: WatchSource, change: Change<Resource>): WatchEvent {
  const bookmark = bookmarkOf(source, change);
  const { before, after } = change;
  if (after === undefined) {
    return { type: 'destroyed', resource: before ?? tombstone({ ...source.kind, id: change.key }), bookmark };
  }
  return before === undefined
    ? { type: 'created', resource: after, bookmark }
    : { type: 'updated', resource: after, old: before, bookmark };
}

/** An update that crosses the edge of the selection becomes a creation or a destruction. */
function filteredEventOf(source: WatchSource, change: Change<Resource>, query: Query): WatchEvent | undefined {
  const { before, after } = change;
  const was = before !== undefined && query.matches(before);
  const is = after !== undefined && query.matches(after);
  if (before === undefined || after === undefined) return was || is ? eventOf(source, change) : undefined;
  if (was && is) return eventOf(source, change);
  if (is) return { type: 'created', resource: after, bookmark: bookmarkOf(source, change) };
  return was ? { type: 'destroyed', resource: after, bookmark: bookmarkOf(source, change) } : undefined;
}

function bookmarkOf(source: WatchSource, change: Change<Resource>): Bytes {
  return encodeBookmark(source.cookie, source.hash, { position: change.commit.position, index: change.index });
}

/** Behind everything committed so far. */
function bookmarkHere(source: WatchSource): Bytes {
  return encodeBookmark(source.cookie, source.hash, { position: source.position(), index: Number.MAX_SAFE_INTEGER });
}
