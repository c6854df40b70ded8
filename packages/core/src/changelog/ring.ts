import type { Change } from './commit.ts';

/** How much of a table's history is kept for `events()` cursors, in events. */
export interface HistoryOptions {
  readonly initialCapacity: number;
  /** The ring doubles up to this, once, before it begins to overwrite. */
  readonly maxCapacity: number;
  /** Events next to the oldest that are no longer promised to somebody who resumes. */
  readonly gap: number;
}

export const DEFAULT_HISTORY: HistoryOptions = { initialCapacity: 100, maxCapacity: 100, gap: 5 };

/** The last changes of one table, numbered densely from 0 by a sequence that never restarts. */
export class Ring<V> {
  readonly #options: HistoryOptions;
  #slots: Change<V>[] = [];
  #capacity: number;
  #next = 0;
  /** What was committed up to here was never in the ring. */
  #floor = 0;

  constructor(options: HistoryOptions) {
    this.#options = options;
    this.#capacity = Math.max(1, Math.min(options.initialCapacity, options.maxCapacity));
  }

  /** The sequence number of the next change to come. */
  get next(): number {
    return this.#next;
  }

  /** The oldest sequence number still here. */
  get first(): number {
    return Math.max(0, this.#next - this.#capacity);
  }

  /** The oldest sequence number that somebody may still start from. */
  get firstEligible(): number {
    return this.#next <= this.#capacity ? 0 : Math.min(this.#next, this.first + this.#options.gap);
  }

  get capacity(): number {
    return this.#capacity;
  }

  /** History begins behind this position. */
  forgetUntil(position: number): void {
    this.#floor = position;
  }

  push(change: Change<V>): void {
    if (this.#next === this.#capacity && this.#capacity < this.#options.maxCapacity) {
      this.#capacity = Math.min(this.#capacity * 2, this.#options.maxCapacity);
    }
    this.#slots[this.#next % this.#capacity] = change;
    this.#next += 1;
  }

  /** @param sequence from `first` to `next - 1`. */
  at(sequence: number): Change<V> {
    const change = this.#slots[sequence % this.#capacity];
    if (change === undefined || sequence >= this.#next) throw new RangeError(`no change at ${sequence}`);
    return change;
  }

  /**
   * The sequence number behind the change at (position, index), or undefined if history does not reach back
   * to it. Position 0 is the beginning of time.
   */
  after(position: number, index: number): number | undefined {
    if (position < this.#floor) return undefined;
    const sequence = this.seek(position, index);
    return sequence < this.firstEligible ? undefined : sequence;
  }

  /** The sequence number of the first change here that is behind (position, index). */
  seek(position: number, index: number): number {
    let low = this.first;
    let high = this.#next;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const { commit, index: at } = this.at(middle);
      if (commit.position < position || (commit.position === position && at <= index)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
