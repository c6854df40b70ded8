import { compareUtf8 } from '../values/utf8.ts';
import { ChangesCursor } from './changes-cursor.ts';
import type { Change, Commit } from './commit.ts';
import { EventsCursor } from './events-cursor.ts';
import { DEFAULT_HISTORY, Ring, type HistoryOptions } from './ring.ts';
import { Wakeups } from './wakeups.ts';

/** A key's place in its table: its value now (undefined: a tombstone) and its place in the order of last change. */
export interface Entry<V> {
  readonly key: string;
  value: V | undefined;
  /** Of a tombstone, the value it had at last. */
  last: V | undefined;
  position: number;
  older: Entry<V> | undefined;
  newer: Entry<V> | undefined;
}

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
  readonly wakeups = new Wakeups();
  readonly ring: Ring<V>;
  readonly #entries = new Map<string, Entry<V>>();
  readonly #tombstones = new Map<string, Entry<V>>();
  readonly #cursors = new Set<ChangesCursor<V>>();
  readonly #maxTombstones: number;
  #oldest: Entry<V> | undefined;
  #newest: Entry<V> | undefined;
  /** Tombstones by position, from `#graveStart` on; one that is no tombstone any more is skipped. */
  #graves: Entry<V>[] = [];
  #graveStart = 0;
  #lostBefore = 0;
  #position = 0;
  #sorted: V[] | undefined;
  #order: Entry<V>[] = [];
  #unsorted: Entry<V>[] = [];

  constructor(name: string, options: TableOptions = {}) {
    this.name = name;
    this.ring = new Ring(options.history ?? DEFAULT_HISTORY);
    this.#maxTombstones = options.maxTombstones ?? 10_000;
  }

  /** Position of the last commit that touched this table. */
  get position(): number {
    return this.#position;
  }

  /** Keys that have a value. */
  get size(): number {
    return this.#entries.size;
  }

  /** Live `changes()` cursors. */
  get followers(): number {
    return this.#cursors.size;
  }

  /** Below this position tombstones were given up: a cursor there must re-list. */
  get lostBefore(): number {
    return this.#lostBefore;
  }

  get newest(): Entry<V> | undefined {
    return this.#newest;
  }

  get oldest(): Entry<V> | undefined {
    return this.#oldest;
  }

  get(key: string): V | undefined {
    return this.#entries.get(key)?.value;
  }

  /** Position of a key's last change; undefined if it has no value. */
  positionOf(key: string): number | undefined {
    return this.#entries.get(key)?.position;
  }

  /** All values in the order of their keys' UTF-8 bytes. The array is shared: it is replaced, never changed. */
  list(): readonly V[] {
    if (this.#sorted === undefined) {
      const values: V[] = [];
      for (const entry of this.#inOrder()) {
        if (entry.value !== undefined) values.push(entry.value);
      }
      this.#sorted = values;
    }
    return this.#sorted;
  }

  /** A cursor that gives every event from a place in the ring on; by default from now. */
  events(from?: number): EventsCursor<V> {
    return new EventsCursor(this, from ?? this.ring.next);
  }

  /** A cursor that gives the last state of each key changed after `since`; by default of every key there is. */
  changes(since = 0): ChangesCursor<V> {
    const cursor = new ChangesCursor(this, since, () => void this.#cursors.delete(cursor));
    this.#cursors.add(cursor);
    return cursor;
  }

  /** Applies one change. Cursors are woken by the caller, once the whole commit is in. */
  apply(commit: Commit, index: number, key: string, after: V | undefined): Change<V> {
    const known = this.#entries.get(key);
    const change: Change<V> = { key, before: known?.value, after, commit, index };
    const entry = known ?? this.#insert(key);
    entry.value = after;
    entry.position = commit.position;
    this.#position = commit.position;
    this.#sorted = undefined;
    this.#moveToNewest(entry);
    this.ring.push(change);
    if (after === undefined) this.#bury(entry, change.before);
    return change;
  }

  #insert(key: string): Entry<V> {
    const tombstone = this.#tombstones.get(key);
    if (tombstone !== undefined) this.#forget(tombstone);
    const entry: Entry<V> = {
      key,
      value: undefined,
      last: undefined,
      position: 0,
      older: undefined,
      newer: undefined,
    };
    this.#entries.set(key, entry);
    this.#unsorted.push(entry);
    return entry;
  }

  #moveToNewest(entry: Entry<V>): void {
    if (this.#newest === entry) return;
    this.#unlink(entry);
    entry.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = entry;
    else this.#newest.newer = entry;
    this.#newest = entry;
  }

  #unlink(entry: Entry<V>): void {
    if (entry.older !== undefined) entry.older.newer = entry.newer;
    else if (this.#oldest === entry) this.#oldest = entry.newer;
    if (entry.newer !== undefined) entry.newer.older = entry.older;
    else if (this.#newest === entry) this.#newest = entry.older;
    entry.older = undefined;
    entry.newer = undefined;
  }

  #forget(tombstone: Entry<V>): void {
    this.#tombstones.delete(tombstone.key);
    this.#unlink(tombstone);
  }

  #bury(entry: Entry<V>, last: V | undefined): void {
    entry.last = last;
    this.#entries.delete(entry.key);
    this.#tombstones.set(entry.key, entry);
    this.#graves.push(entry);
    if (this.#unsorted.length > 2 * this.#entries.size + SLACK) this.#unsorted = this.#unsorted.filter(isLiving);
    if (this.#order.length > 2 * this.#entries.size + SLACK) this.#order = this.#order.filter(isLiving);
    // Finding the slowest cursor costs their number, so it is done once per that many burials.
    if (this.#graves.length - this.#graveStart >= Math.max(64, this.#cursors.size)) this.#reclaim();
  }

  /** Forgets tombstones that every cursor has passed, and the oldest ones beyond the bound. */
  #reclaim(): void {
    let floor = this.#position;
    for (const cursor of this.#cursors) floor = Math.min(floor, cursor.position);
    for (; this.#graveStart < this.#graves.length; this.#graveStart += 1) {
      const grave = this.#graves[this.#graveStart];
      if (grave === undefined || this.#tombstones.get(grave.key) !== grave) continue;
      if (grave.position > floor) {
        if (this.#tombstones.size <= this.#maxTombstones) break;
        this.#lostBefore = grave.position;
      }
      this.#forget(grave);
    }
    if (this.#graveStart * 2 > this.#graves.length) {
      this.#graves = this.#graves.slice(this.#graveStart);
      this.#graveStart = 0;
    }
  }

  /** Living entries by key; creations since the last call are sorted among themselves and merged in. */
  #inOrder(): readonly Entry<V>[] {
    if (this.#unsorted.length === 0 && this.#order.length === this.#entries.size) return this.#order;
    const fresh = this.#unsorted.filter(isLiving).sort((a, b) => compareUtf8(a.key, b.key));
    this.#unsorted = [];
    this.#order = merge(this.#order.filter(isLiving), fresh);
    return this.#order;
  }
}

/** Dead entries that may stay in the orders before they are swept. */
const SLACK = 1000;

function isLiving<V>(entry: Entry<V>): boolean {
  return entry.value !== undefined;
}

function merge<V>(known: Entry<V>[], fresh: Entry<V>[]): Entry<V>[] {
  const last = known.at(-1);
  const first = fresh[0];
  if (last === undefined || first === undefined || compareUtf8(last.key, first.key) < 0) return known.concat(fresh);
  const merged: Entry<V>[] = [];
  let next = 0;
  for (const entry of known) {
    for (let candidate = fresh[next]; candidate !== undefined; candidate = fresh[next]) {
      if (compareUtf8(candidate.key, entry.key) > 0) break;
      merged.push(candidate);
      next += 1;
    }
    merged.push(entry);
  }
  return merged.concat(fresh.slice(next));
}
