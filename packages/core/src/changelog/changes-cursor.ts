import { Cursor } from './cursor.ts';
import type { Entry } from './entry.ts';
import type { Table } from './table.ts';

/** The last state of a key: undefined if it is gone. */
export interface Changed<V> {
  readonly key: string;
  readonly value: V | undefined;
  /** Of the commit that made it so. */
  readonly position: number;
  /** Of a key that is gone, the value it had at last. */
  readonly last?: V | undefined;
  /** True: the key was destroyed and created again since the cursor gave it, which was not told by itself. */
  readonly recreated?: boolean | undefined;
}

export interface ChangedBatch<V> {
  /** Each key once, in order of last change. */
  readonly changed: readonly Changed<V>[];
  /**
   * True: what came before is void. This and the following batches, up to one with `complete`, list every key
   * there is; a key that is not among them is gone. Only a cursor that fell too far behind sees it, or one of a table that
   * was made to list anew.
   */
  readonly reset: boolean;
  /** Whether the cursor has caught up: folding all batches so far gives the table as of `position`. */
  readonly complete: boolean;
  readonly position: number;
}

/**
 * The last state of each key changed since a position. It costs the number of changed keys and cannot overrun:
 * a slow reader finds newer states, not more of them.
 */
export class ChangesCursor<V> extends Cursor {
  readonly #table: Table<V>;
  readonly #release: () => void;
  #position: number;
  /** The last entry given: while it has not moved, the next ones follow it directly. */
  #anchor: Entry<V> | undefined;
  /** While listing from the beginning: tombstones up to here are of keys that this cursor never gave. */
  #listingUntil: number;
  /** Tombstones given up before here are accounted for. */
  #knownLoss: number;
  /** Keys whose destruction this cursor was not told of before they were created again; nearly always none. */
  #recreated: Set<string> | undefined;

  constructor(table: Table<V>, since: number, release: () => void) {
    super(table.wakeups);
    this.#table = table;
    this.#position = since;
    this.#release = release;
    this.#listingUntil = since === 0 ? table.position : 0;
    this.#knownLoss = since === 0 ? table.lostBefore : 0;
  }

  /** Everything up to here was given. */
  get position(): number {
    return Math.max(0, this.#position);
  }

  get isReady(): boolean {
    return this.#position < this.#table.position || this.#table.failure !== undefined;
  }

  /**
   * The next changed keys, at most `limit` but never part of a commit. Undefined if there is nothing yet.
   *
   * @throws the failure that the store behind the table stopped with.
   */
  pull(limit = Number.POSITIVE_INFINITY): ChangedBatch<V> | undefined {
    if (this.isClosed || !this.isReady) return undefined;
    if (this.#table.failure !== undefined) {
      this.close();
      throw this.#table.failure;
    }
    const reset = this.#isBehind;
    if (reset) {
      this.#position = 0;
      this.#anchor = undefined;
      this.#listingUntil = this.#table.position;
      this.#knownLoss = this.#table.lostBefore;
      this.#recreated = undefined;
    }
    const changed: Changed<V>[] = [];
    let entry = this.#firstUnseen();
    for (; entry !== undefined; entry = entry.newer) {
      if (changed.length >= limit && entry.position !== this.#position) break;
      this.#goTo(entry);
      if (entry.value === undefined && entry.position <= this.#listingUntil) continue;
      changed.push(this.#changedOf(entry));
    }
    if (entry === undefined) this.#position = this.#table.position;
    return { changed, reset, complete: entry === undefined, position: this.#position };
  }

  /**
   * Passes over whole commits in which nobody would want anything, without making a batch of them.
   *
   * @param isDull whether a key's new value (undefined: it is gone) need not be given; it may be asked again
   * @param limit how many keys it looks at
   * @returns whether it has caught up: else there may be something to pull
   */
  skip(isDull: (key: string, value: V | undefined) => boolean, limit: number): boolean {
    if (this.isClosed || this.#table.failure !== undefined || this.#isBehind) return false;
    let left = limit;
    let passed: Entry<V> | undefined;
    for (let entry = this.#firstUnseen(); entry !== undefined; entry = entry.newer) {
      // A commit is passed as a whole, or given as a whole.
      if (passed !== undefined && passed.position !== entry.position) this.#goTo(passed);
      const { key, value, position } = entry;
      const isUntold = value === undefined && position <= this.#listingUntil;
      if (left === 0 || (!isUntold && !isDull(key, value))) return false;
      passed = entry;
      left -= 1;
    }
    if (passed !== undefined) this.#anchor = passed;
    this.#position = this.#table.position;
    return true;
  }

  /** @internal */
  resurrected(key: string): void {
    // It gave nothing yet, so nothing it gave can have changed.
    if (this.#position === 0) return;
    this.#recreated ??= new Set();
    this.#recreated.add(key);
  }

  /** @internal */
  relist(): void {
    // It will give everything by itself.
    if (this.#position !== 0) this.#position = -1;
  }

  protected override onClose(): void {
    this.#anchor = undefined;
    this.#recreated = undefined;
    this.#release();
  }

  /** Tombstones that it was not told of are given up: it has to list everything. */
  get #isBehind(): boolean {
    const { lostBefore } = this.#table;
    return this.#position < 0 || (this.#position < lostBefore && this.#knownLoss < lostBefore);
  }

  #goTo(entry: Entry<V>): void {
    this.#position = entry.position;
    this.#anchor = entry;
  }

  #firstUnseen(): Entry<V> | undefined {
    if (this.#position === 0) return this.#table.oldest;
    const anchor = this.#anchor;
    if (anchor !== undefined && anchor.position === this.#position && anchor.newer !== undefined) return anchor.newer;
    // The anchor moved or was forgotten: walk back from the newest, which costs the keys not yet seen.
    let entry = this.#table.newest;
    let unseen: Entry<V> | undefined;
    while (entry !== undefined && entry.position > this.#position) {
      unseen = entry;
      entry = entry.older;
    }
    return unseen;
  }

  #changedOf({ key, value, last, position }: Entry<V>): Changed<V> {
    const recreated = this.#recreated?.delete(key) ?? false;
    if (value === undefined) return { key, value, position, last };
    return recreated ? { key, value, position, recreated } : { key, value, position };
  }
}
