import type { Clock } from '../host/host.ts';
import { NO_CAUSES, type Cause, type Change, type Commit, type Write } from './commit.ts';
import { Table, type TableOptions } from './table.ts';

/** What a commit carries beside its writes. */
export interface CommitInfo {
  readonly actor?: string | undefined;
  readonly causes?: readonly Cause[] | undefined;
  readonly time?: Commit['time'] | undefined;
}

/**
 * One sequence of commits over any number of tables: the sequencer of a store. Applying is synchronous; there
 * is no moment in which half of a commit can be seen.
 */
export class Changelog<V> {
  readonly #clock: Clock;
  readonly #options: TableOptions;
  readonly #tables = new Map<string, Table<V>>();
  #position = 0;

  constructor(clock: Clock, options: TableOptions = {}) {
    this.#clock = clock;
    this.#options = options;
  }

  /** Position of the last commit; 0 before the first. */
  get position(): number {
    return this.#position;
  }

  /** The table of a name, if anything was ever written to it. */
  find(name: string): Table<V> | undefined {
    return this.#tables.get(name);
  }

  /** The table of a name; made if need be, so that a cursor can wait for its first change. */
  table(name: string): Table<V> {
    const known = this.#tables.get(name);
    if (known !== undefined) return known;
    const table = new Table<V>(name, this.#options);
    this.#tables.set(name, table);
    return table;
  }

  /** How many tables there are. */
  get size(): number {
    return this.#tables.size;
  }

  tables(): IterableIterator<Table<V>> {
    return this.#tables.values();
  }

  /**
   * Forgets a table with its history, for stores whose tables come and go with what users name. The next of that name
   * begins empty; a cursor on the old one would wait for ever, so this is only for a table that nobody follows.
   */
  drop(name: string): void {
    this.#tables.delete(name);
  }

  /** Appends one commit, applies all of its writes, then wakes the cursors of the tables it touched. */
  commit(writes: readonly Write<V>[], info: CommitInfo = {}): readonly Change<V>[] {
    const commit: Commit = {
      position: this.#position + 1,
      time: info.time ?? this.#clock.now(),
      actor: info.actor ?? '',
      causes: info.causes ?? NO_CAUSES,
      size: writes.length,
    };
    this.#position = commit.position;
    const changes: Change<V>[] = [];
    for (const { table, key, after } of writes) {
      changes.push(table.apply(commit, changes.length, key, after));
    }
    for (const { table } of writes) table.wakeups.wakeAll();
    return changes;
  }
}
