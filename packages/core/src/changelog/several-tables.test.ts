import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { EPOCH } from '../time/timestamp.ts';
import { Changelog } from './changelog.ts';
import type { ChangesCursor } from './changes-cursor.ts';
import type { EventsCursor } from './events-cursor.ts';
import type { Table } from './table.ts';

const clock = { now: () => EPOCH, millis: () => 0, monotonic: () => 0 };
const TABLES = ['t', 'u', 'v'];
const KEYS = ['a', 'b', 'c', 'd'];

/** A commit over several tables, or a pull from one of the readers. */
interface Step {
  readonly writes: readonly (readonly [table: number, key: number, value: number | undefined])[];
  readonly reader: number;
  readonly limit: number | undefined;
  readonly isOpening: boolean;
  /** A store refused it: it has a position and is never published. */
  readonly isRefused: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
  writes: fc.array(fc.tuple(fc.nat(2), fc.nat(3), fc.option(fc.nat(9), { nil: undefined })), { maxLength: 6 }),
  reader: fc.nat(5),
  limit: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  isOpening: fc.integer({ min: 0, max: 9 }).map((drawn) => drawn === 0),
  isRefused: fc.integer({ min: 0, max: 5 }).map((drawn) => drawn === 0),
});

class World {
  readonly log: Changelog<number>;
  readonly tables: readonly Table<number>[];
  /** What each table held at each position that it was committed to. */
  readonly past: Map<number, Map<string, number>>[];

  constructor(maxTombstones: number) {
    this.log = new Changelog<number>(clock, { maxTombstones });
    this.tables = TABLES.map((name) => this.log.table(name));
    this.past = this.tables.map(() => new Map([[0, new Map<string, number>()]]));
  }

  commit({ writes, isRefused }: Step): void {
    const distinct = new Map(writes.map((write) => [`${write[0]} ${write[1]}`, write]));
    const real = [...distinct.values()].flatMap(([at, key, after]) => {
      const table = this.tables[at];
      const name = KEYS[key] ?? '';
      return table === undefined || (after === undefined && table.get(name) === undefined)
        ? []
        : [{ table, key: name, after }];
    });
    if (real.length === 0) return;
    const changes = this.log.prepare(real);
    if (isRefused) return;
    this.log.publish(real, changes);
    for (const [index, table] of this.tables.entries()) this.past[index]?.set(this.log.position, contentsOf(table));
  }

  /** What a table held at a position. */
  at(table: number, position: number): Map<string, number> {
    const past = this.past[table] ?? new Map<number, Map<string, number>>();
    const last = Math.max(...[...past.keys()].filter((at) => at <= position));
    return past.get(last) ?? expect.fail('no past');
  }
}

function contentsOf(table: Table<number>): Map<string, number> {
  return new Map(
    KEYS.flatMap((key) => {
      const value = table.get(key);
      return value === undefined ? [] : [[key, value] as const];
    }),
  );
}

const bound = fc.constantFrom(1, 3, 50);

describe('over several tables', () => {
  test.prop([fc.array(step, { maxLength: 100 }), bound])(
    'what a changes() cursor has given is what its table held at its position',
    (steps, maxTombstones) => {
      const world = new World(maxTombstones);
      const readers: { readonly table: number; readonly cursor: ChangesCursor<number>; folded: Map<string, number> }[] =
        [];
      const pull = (reader: (typeof readers)[0], limit?: number): void => {
        const batch = reader.cursor.pull(limit);
        if (batch === undefined) return;
        if (batch.reset) reader.folded = new Map();
        for (const { key, value } of batch.changed) {
          if (value === undefined) reader.folded.delete(key);
          else reader.folded.set(key, value);
        }
        const now = world.at(reader.table, world.log.position);
        if (batch.complete) expect(reader.folded).toEqual(now);
        // In the middle it has what changed last before its position, as far as that is still so.
        for (const [key, value] of now) {
          const position = world.tables[reader.table]?.positionOf(key) ?? Number.POSITIVE_INFINITY;
          if (position <= batch.position) expect(reader.folded.get(key)).toBe(value);
        }
      };
      for (const table of world.tables.keys()) {
        readers.push({ table, cursor: (world.tables[table] ?? expect.fail()).changes(), folded: new Map() });
      }
      for (const one of steps) {
        world.commit(one);
        const table = one.reader % TABLES.length;
        if (one.isOpening) {
          const since = world.log.position;
          const cursor = (world.tables[table] ?? expect.fail()).changes(since);
          readers.push({ table, cursor, folded: new Map(world.at(table, since)) });
        }
        pull(readers[one.reader % readers.length] ?? expect.fail(), one.limit);
      }
      for (const reader of readers) {
        while (reader.cursor.isReady) pull(reader, 1);
        expect(reader.folded).toEqual(world.at(reader.table, world.log.position));
      }
    },
  );

  test.prop([fc.array(step, { maxLength: 60 })])(
    'an events() cursor takes a table from what it was to what it is, commit by commit',
    (steps) => {
      const world = new World(100);
      const cursors: EventsCursor<number>[] = world.tables.map((table) => table.events());
      const replayed = world.tables.map(() => new Map<string, number>());
      const pull = (table: number, limit?: number): void => {
        const state = replayed[table] ?? expect.fail();
        const changes = (cursors[table] ?? expect.fail()).pull(limit);
        for (const [index, { key, before, after, commit }] of changes.entries()) {
          expect(before).toBe(state.get(key));
          if (after === undefined) state.delete(key);
          else state.set(key, after);
          const isLast = changes[index + 1]?.commit.position !== commit.position;
          if (isLast) expect(state).toEqual(world.at(table, commit.position));
        }
      };
      for (const one of steps) {
        world.commit(one);
        pull(one.reader % TABLES.length, one.limit);
      }
      for (const table of world.tables.keys()) {
        while (cursors[table]?.isReady === true) pull(table, 1);
        expect(replayed[table]).toEqual(world.at(table, world.log.position));
      }
    },
  );

  test.prop([fc.array(step, { maxLength: 40 })])(
    'whoever waits is woken by every commit that concerns them',
    async (steps) => {
      const world = new World(100);
      const cursors: ChangesCursor<number>[] = [];
      const folded: Map<string, number>[] = [];
      const follow = async (cursor: ChangesCursor<number>, state: Map<string, number>): Promise<void> => {
        for (;;) {
          await cursor.ready();
          if (cursor.isClosed) return;
          for (const { key, value } of cursor.pull()?.changed ?? expect.fail('woken for nothing')) {
            if (value === undefined) state.delete(key);
            else state.set(key, value);
          }
        }
      };
      const following = [...world.tables, ...world.tables].map((table) => {
        const cursor = table.changes();
        const state = new Map<string, number>();
        cursors.push(cursor);
        folded.push(state);
        return follow(cursor, state);
      });
      for (const one of steps) {
        world.commit(one);
        // Some of those that are due are woken before the next commit, some behind it.
        for (let turns = one.reader; turns > 0; turns -= 1) await Promise.resolve();
      }
      await new Promise((resolve) => setImmediate(resolve));
      const expected = world.tables.map(contentsOf);
      expect(folded).toEqual([...expected, ...expected]);
      for (const cursor of cursors) cursor.close();
      await Promise.all(following);
    },
  );
});
