import type { Pace } from '../host/host.ts';
import { ChangesCursor } from './changes-cursor.ts';
import type { Change, Commit } from './commit.ts';
import { FORGOTTEN, Thread, type Entry } from './entry.ts';
import { EventsCursor } from './events-cursor.ts';
import { KeyEventsCursor, KeyFeed } from './key-feed.ts';
import { DEFAULT_HISTORY, Ring, type HistoryOptions } from './ring.ts';
import { SortedView, type Listing } from './sorted-view.ts';
import { Tombstones } from './tombstones.ts';
import { Wakeups } from './wakeups.ts';

export interface TableOptions {
  readonly history?: HistoryOptions | undefined;
  /** Tombstones kept for slow `changes()` cursors; beyond it the slowest of them re-list. */
  readonly maxTombstones?: number | undefined;
}

/**
 * One kind's index into the sequence of commits: the current values by key, a list threaded through them in
 * order of last change (what `changes()` is served from), and a ring of the events themselves (`events()`).
 */
export class Table<V> {
  readonly name: string;
  readonly wakeups: Wakeups;
  readonly ring: Ring<V>;
  /** Tombstones among them. */
  readonly #entries = new Map<string, Entry<V>>();
  readonly #thread = new Thread<V>();
  readonly #view = new SortedView<V>(this.#thread);
  readonly #tombstones: Tombstones<V>;
  readonly #maxHistory: number;
  /** Of the keys that somebody follows one by one; nearly always none. */
  readonly #feeds = new Map<string, KeyFeed>();
  #size = 0;
  #position = 0;
  #failure: Error | undefined;

  constructor(name: string, options: TableOptions = {}) {
    this.name = name;
    const history = options.history ?? DEFAULT_HISTORY;
    this.ring = new Ring(history);
    this.wakeups = new Wakeups(history.maxCapacity);
    this.#maxHistory = history.maxCapacity;
    this.#tombstones = new Tombstones(options.maxTombstones ?? 10_000, (entry) => this.#forget(entry));
  }

  /** Position of the last commit that touched this table. */
  get position(): number {
    return this.#position;
  }

  /** Keys that have a value. */
  get size(): number {
    return this.#size;
  }

  /** Live `changes()` cursors. */
  get followers(): number {
    return this.#tombstones.followers;
  }

  /** Below this position tombstones were given up: a cursor there must re-list. */
  get lostBefore(): number {
    return this.#tombstones.lostBefore;
  }

  /** The entry that changed last, a tombstone perhaps: the end of the order of last change. */
  get newest(): Entry<V> | undefined {
    return this.#thread.newest;
  }

  get oldest(): Entry<V> | undefined {
    return this.#thread.oldest;
  }

  /** Why the store behind the table stopped, if it did: what every pull throws then. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** A key's place: one that has no value is a tombstone. It is good until the next write. */
  find(key: string): Entry<V> | undefined {
    return this.#entries.get(key);
  }

  get(key: string): V | undefined {
    return this.#entries.get(key)?.value;
  }

  /** Position of a key's last change; undefined if it has no value. */
  positionOf(key: string): number | undefined {
    const entry = this.#entries.get(key);
    return entry?.value === undefined ? undefined : entry.position;
  }

  /** All values in the order of their keys' UTF-8 bytes. The array is shared: it is replaced, never changed. */
  list(): readonly V[] {
    return this.#view.list(this.#position).values;
  }

  /**
   * All values by key as of some moment since the call, with the position of that moment: at once if it is cheap;
   * if many must be put in order first, in slices, between which others may write.
   */
  listPaced(pace: Pace): Listing<V> | Promise<Listing<V>> {
    return this.#view.listPaced(() => this.#position, pace);
  }

  /** A cursor that gives every event from a place in the ring on; by default from now. */
  events(from?: number): EventsCursor<V> {
    return new EventsCursor(this, from ?? this.ring.next);
  }

  /** The same for the events of one key: others cost it nothing. */
  keyEvents(key: string, from = this.ring.next): KeyEventsCursor<V> {
    let feed = this.#feeds.get(key);
    if (feed === undefined) {
      feed = new KeyFeed(this.#maxHistory);
      this.#feeds.set(key, feed);
    }
    const { ring } = this;
    const shared = feed;
    shared.cursors += 1;
    const release = (): void => {
      shared.cursors -= 1;
      if (shared.cursors === 0) this.#feeds.delete(key);
    };
    return new KeyEventsCursor(this, shared, release, key, Math.max(from, ring.first));
  }

  /**
   * A cursor that gives the last state of each key changed after `since`; by default of every key there is.
   * @param onClose called once it is closed, and no longer among the {@link Table.followers}.
   */
  changes(since = 0, onClose?: () => void): ChangesCursor<V> {
    const cursor = new ChangesCursor(this, since, () => {
      this.#tombstones.unfollow(cursor);
      onClose?.();
    });
    this.#tombstones.follow(cursor);
    return cursor;
  }

  /** Applies one change. Cursors are woken by the caller, once the whole commit is in. */
  apply(change: Change<V>): void {
    this.applyTo(this.#entries.get(change.key), change);
  }

  /** The same for one who knows the key's entry, or that it has none. */
  applyTo(entry: Entry<V> | undefined, change: Change<V>): void {
    this.#put(entry ?? this.#insert(change.key), change.after, change.commit.position, originOf(change.commit));
    this.ring.push(change);
    if (this.#feeds.size > 0) this.#feeds.get(change.key)?.push(this.ring.next - 1);
  }

  /** A value that was there before this process was: it is no event. Positions must not decrease. */
  seed(key: string, value: V, position: number): void {
    this.#put(this.#entries.get(key) ?? this.#insert(key), value, position, undefined);
  }

  /**
   * Every `changes()` cursor lists anew what there is: for a table that follows another, which is not the one any more that
   * it was.
   */
  relist(): void {
    this.#tombstones.relistAll();
    this.wakeups.wakeAll();
  }

  /** Makes every pull fail, now and ever after. */
  fail(failure: Error): void {
    this.#failure ??= failure;
    this.wakeups.wakeAll();
    for (const { wakeups } of this.#feeds.values()) wakeups.wakeAll();
  }

  #put(entry: Entry<V>, after: V | undefined, position: number, origin: Commit | undefined): void {
    const before = entry.value;
    if (before === undefined) this.#come(entry);
    else if (after === undefined) this.#view.onGo(entry, this.#size);
    else this.#view.onChange(entry);
    entry.value = after;
    entry.position = position;
    entry.origin = origin;
    this.#position = position;
    this.#thread.moveToNewest(entry);
    if (after !== undefined) return;
    this.#size -= 1;
    entry.last = before;
    this.#tombstones.add(entry);
  }

  #insert(key: string): Entry<V> {
    const entry: Entry<V> = {
      key,
      value: undefined,
      last: undefined,
      position: FORGOTTEN,
      origin: undefined,
      older: undefined,
      newer: undefined,
    };
    this.#entries.set(key, entry);
    return entry;
  }

  #come(entry: Entry<V>): void {
    this.#size += 1;
    this.#view.onCome(entry);
    if (entry.position === FORGOTTEN) return;
    this.#tombstones.resurrect(entry);
    entry.last = undefined;
  }

  #forget(entry: Entry<V>): void {
    entry.position = FORGOTTEN;
    this.#entries.delete(entry.key);
    this.#thread.remove(entry);
  }
}

/** A commit from outside says nothing that the value does not: it need not be kept. */
function originOf(commit: Commit): Commit | undefined {
  return commit.actor === '' && commit.causes.length === 0 ? undefined : commit;
}
