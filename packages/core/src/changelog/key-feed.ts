import { Cursor } from './cursor.ts';
import { CursorOverrunError } from './errors.ts';
import type { Change } from './commit.ts';
import type { Ring } from './ring.ts';
import { Wakeups } from './wakeups.ts';

/** What a cursor over one key's events reads of its table. */
export interface KeyFeedTable<V> {
  readonly name: string;
  readonly ring: Ring<V>;
  readonly failure: Error | undefined;
}

/** Where in the ring the changes of one key are: kept only for keys that somebody follows, and shared by all who do. */
export class KeyFeed {
  readonly wakeups: Wakeups;
  readonly #capacity: number;
  #sequences: number[] = [];
  /** How many of the oldest were given up. */
  #dropped = 0;
  cursors = 0;

  /** @param capacity of the ring, at most: what it overwrote is of no use here. */
  constructor(capacity: number) {
    this.#capacity = capacity;
    this.wakeups = new Wakeups(capacity);
  }

  /** How many changes of the key there were. */
  get end(): number {
    return this.#dropped + this.#sequences.length;
  }

  push(sequence: number): void {
    this.#sequences.push(sequence);
    if (this.#sequences.length > 2 * this.#capacity) {
      this.#sequences = this.#sequences.slice(this.#capacity);
      this.#dropped += this.#capacity;
    }
    this.wakeups.wakeAll();
  }

  /** @returns undefined if it was given up. */
  at(index: number): number | undefined {
    return this.#sequences[index - this.#dropped];
  }
}

/**
 * Every event of one key in order. What happens to other keys neither wakes it nor costs it anything; it overruns only
 * if an event of its own was lost.
 */
export class KeyEventsCursor<V> extends Cursor {
  readonly #table: KeyFeedTable<V>;
  readonly #feed: KeyFeed;
  readonly #release: () => void;
  /** What was in the ring before, newest first. */
  readonly #backlog: number[] = [];
  #next: number;

  constructor(table: KeyFeedTable<V>, feed: KeyFeed, release: () => void, key: string, from: number) {
    super(feed.wakeups);
    this.#table = table;
    this.#feed = feed;
    this.#release = release;
    this.#next = feed.end;
    for (let sequence = table.ring.next - 1; sequence >= from; sequence -= 1) {
      if (table.ring.at(sequence).key === key) this.#backlog.push(sequence);
    }
  }

  get isReady(): boolean {
    return this.#backlog.length > 0 || this.#next < this.#feed.end || this.#table.failure !== undefined;
  }

  /**
   * All events that are pending; empty if there is nothing yet.
   *
   * @throws CursorOverrunError once events were lost; the cursor is closed then. The store's failure, once all events
   * before it were given.
   */
  pull(): Change<V>[] {
    if (this.isClosed) return [];
    const { failure } = this.#table;
    if (failure !== undefined && this.#backlog.length === 0 && this.#next === this.#feed.end) {
      this.close();
      throw failure;
    }
    const changes: Change<V>[] = [];
    for (let sequence = this.#backlog.pop(); sequence !== undefined; sequence = this.#backlog.pop()) {
      changes.push(this.#at(sequence));
    }
    for (; this.#next < this.#feed.end; this.#next += 1) changes.push(this.#at(this.#feed.at(this.#next)));
    return changes;
  }

  protected override onClose(): void {
    this.#release();
  }

  #at(sequence: number | undefined): Change<V> {
    const { name, ring } = this.#table;
    if (sequence !== undefined && sequence >= ring.first) return ring.at(sequence);
    this.close();
    throw new CursorOverrunError(name, ring.next, sequence ?? ring.first, ring.capacity);
  }
}
