import type { Clock } from '../host/host.ts';
import type { Timestamp } from '../time/timestamp.ts';
import { NO_CAUSES, type Cause, type Change, type Commit, type Write } from './commit.ts';
import type { Entry } from './entry.ts';
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
  /** The last position that was given to a commit. */
  #issued = 0;
  #restored = 0;
  #failure: Error | undefined;

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
    table.ring.forgetUntil(this.#restored);
    if (this.#failure !== undefined) table.fail(this.#failure);
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
    const changes = this.prepare(writes, info);
    this.publish(writes, changes);
    return changes;
  }

  /**
   * The shortest commit: one change, of an entry that the caller has just looked up ({@link Table.find}).
   *
   * @param entry undefined if there is none.
   */
  commitOne(
    table: Table<V>,
    key: string,
    entry: Entry<V> | undefined,
    after: V | undefined,
    time: Timestamp,
    info: CommitInfo,
  ): void {
    this.#issued += 1;
    const { actor = '', causes = NO_CAUSES } = info;
    const commit: Commit = { position: this.#issued, time, actor, causes, size: 1 };
    this.#position = this.#issued;
    table.applyTo(entry, { key, before: entry?.value, after, commit, index: 0, derived: undefined });
    table.wakeups.wakeAll();
  }

  /** Gives a commit its position. Nobody sees it until it is published. */
  prepare(writes: readonly Write<V>[], info: CommitInfo = {}): readonly Change<V>[] {
    this.#issued += 1;
    const commit: Commit = {
      position: this.#issued,
      time: info.time ?? this.#clock.now(),
      actor: info.actor ?? '',
      causes: info.causes ?? NO_CAUSES,
      size: writes.length,
    };
    return writes.map(({ table, key, after }, index) => ({
      key,
      before: table.get(key),
      after,
      commit,
      index,
      derived: undefined,
    }));
  }

  /** Applies what was prepared, all of it together. Commits are published in the order of their positions. */
  publish(writes: readonly Write<V>[], changes: readonly Change<V>[]): void {
    for (let index = 0; index < changes.length; index += 1) {
      const change = changes[index] as Change<V>;
      this.#position = change.commit.position;
      (writes[index] as Write<V>).table.apply(change);
    }
    for (const { table } of writes) table.wakeups.wakeAll();
  }

  /** Says that everything up to a position lies behind: what was seeded, and what came and went before that. */
  restore(position: number): void {
    this.#position = position;
    this.#issued = position;
    this.#restored = position;
    for (const table of this.#tables.values()) table.ring.forgetUntil(position);
  }

  /** The store behind this stopped: every pull of every cursor fails from now on. */
  fail(failure: Error): void {
    this.#failure ??= failure;
    for (const table of this.#tables.values()) table.fail(failure);
  }
}
