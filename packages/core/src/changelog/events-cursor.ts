import type { Change } from './commit.ts';
import { Cursor } from './cursor.ts';
import { CursorOverrunError } from './errors.ts';
import type { Table } from './table.ts';

/** Every event in order. It may overrun: the history is bounded, and a gap is an error, never silence. */
export class EventsCursor<V> extends Cursor {
  readonly #table: Table<V>;
  #next: number;

  constructor(table: Table<V>, from: number) {
    super(table.wakeups);
    this.#table = table;
    this.#next = from;
  }

  /** Sequence number of the next event to give. */
  get next(): number {
    return this.#next;
  }

  get isReady(): boolean {
    return this.#next < this.#table.ring.next || this.#table.failure !== undefined;
  }

  /**
   * The next events, at least all of one commit if there is any, and no part of a commit: `limit` is
   * overstepped rather than a commit split. Empty if there is nothing yet.
   *
   * @throws CursorOverrunError once events were lost; the cursor is closed then. The store's failure, once all
   * events before it were given.
   */
  pull(limit = Number.POSITIVE_INFINITY): Change<V>[] {
    if (this.isClosed) return [];
    const { ring } = this.#table;
    this.#check();
    const changes: Change<V>[] = [];
    let previous: Change<V> | undefined;
    for (; this.#next < ring.next; this.#next += 1) {
      const change = ring.at(this.#next);
      if (changes.length >= limit && change.commit !== previous?.commit) break;
      changes.push(change);
      previous = change;
    }
    return changes;
  }

  /**
   * Takes everything that is pending without looking at it: the events from the place that is returned up to
   * {@link EventsCursor.next}.
   *
   * @throws as {@link EventsCursor.pull}
   */
  skip(): number {
    const from = this.#next;
    if (this.isClosed) return from;
    this.#check();
    this.#next = this.#table.ring.next;
    return from;
  }

  #check(): void {
    const { ring, failure, name } = this.#table;
    if (this.#next < ring.first) {
      this.close();
      throw new CursorOverrunError(name, ring.next, this.#next, ring.capacity);
    }
    if (failure !== undefined && this.#next >= ring.next) {
      this.close();
      throw failure;
    }
  }
}
