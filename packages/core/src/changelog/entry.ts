import type { Commit } from './commit.ts';

/** A key's place in its table: its value now, and its place in the order of last change. */
export interface Entry<V> {
  readonly key: string;
  /** Undefined: a tombstone, or forgotten altogether. */
  value: V | undefined;
  /** Of a tombstone, the value it had at last. */
  last: V | undefined;
  /** Of the last change; {@link FORGOTTEN} once the table knows the key no more. */
  position: number;
  /** The commit of the last change, if it says who made it or why. */
  origin: Commit | undefined;
  older: Entry<V> | undefined;
  newer: Entry<V> | undefined;
}

export const FORGOTTEN = -1;

/** The entries of a table in order of last change: what `changes()` cursors walk along. */
export class Thread<V> {
  #oldest: Entry<V> | undefined;
  #newest: Entry<V> | undefined;

  get oldest(): Entry<V> | undefined {
    return this.#oldest;
  }

  get newest(): Entry<V> | undefined {
    return this.#newest;
  }

  moveToNewest(entry: Entry<V>): void {
    const newest = this.#newest;
    if (newest === entry) return;
    this.remove(entry);
    entry.older = newest;
    if (newest === undefined) this.#oldest = entry;
    else newest.newer = entry;
    this.#newest = entry;
  }

  remove(entry: Entry<V>): void {
    const { older, newer } = entry;
    if (older !== undefined) older.newer = newer;
    else if (this.#oldest === entry) this.#oldest = newer;
    if (newer !== undefined) newer.older = older;
    else if (this.#newest === entry) this.#newest = older;
    entry.older = undefined;
    entry.newer = undefined;
  }
}
