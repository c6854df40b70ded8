import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { EPOCH } from '../time/timestamp.ts';
import { Changelog } from './changelog.ts';
import type { Change } from './commit.ts';
import { CursorOverrunError } from './errors.ts';
import type { ChangesCursor } from './changes-cursor.ts';
import type { EventsCursor } from './events-cursor.ts';

const clock = { now: () => EPOCH, millis: () => 0, monotonic: () => 0 };

type Step =
  | { readonly do: 'write'; readonly writes: readonly (readonly [key: number, value: number | undefined])[] }
  | { readonly do: 'pull'; readonly cursor: number; readonly limit: number | undefined }
  | { readonly do: 'open'; readonly fresh: boolean };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      writes: fc.array(fc.tuple(fc.nat(7), fc.option(fc.nat(9), { nil: undefined })), { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('pull' as const),
      cursor: fc.nat(3),
      limit: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('open' as const), fresh: fc.boolean() }) },
);

interface Reader {
  readonly cursor: ChangesCursor<number>;
  folded: Map<string, number>;
  listed: Map<string, number> | undefined;
}

function write(log: Changelog<number>, writes: readonly (readonly [number, number | undefined])[]): void {
  const table = log.table('t');
  const distinct = new Map(writes.map(([key, after]) => [String(key), after]));
  const real = [...distinct].filter(([key, after]) => after !== undefined || table.get(key) !== undefined);
  if (real.length > 0) log.commit(real.map(([key, after]) => ({ table, key, after })));
}

/** Takes one batch, and says whether the cursor has caught up. */
function fold(reader: Reader, limit: number | undefined): void {
  const batch = reader.cursor.pull(limit);
  if (batch === undefined) return;
  if (batch.reset) reader.folded = new Map();
  const keys = batch.changed.map(({ key }) => key);
  expect(new Set(keys).size, 'each key once a batch').toBe(keys.length);
  for (const { key, value } of batch.changed) {
    if (value === undefined) reader.folded.delete(key);
    else reader.folded.set(key, value);
  }
}

function listing(log: Changelog<number>): Map<string, number> {
  const table = log.table('t');
  return new Map(
    Array.from('01234567').flatMap((key) => {
      const value = table.get(key);
      return value === undefined ? [] : [[key, value] as const];
    }),
  );
}

describe('a changes() cursor', () => {
  test.prop([fc.array(step, { maxLength: 120 }), fc.integer({ min: 1, max: 400 })])(
    'folds to the list at its position, whatever the interleaving and the number of tombstones kept',
    (steps, maxTombstones) => {
      const log = new Changelog<number>(clock, { maxTombstones });
      const table = log.table('t');
      const readers: Reader[] = [{ cursor: table.changes(), folded: new Map(), listed: undefined }];
      for (const one of steps) {
        if (one.do === 'write') write(log, one.writes);
        else if (one.do === 'open') {
          const folded = one.fresh ? new Map<string, number>() : listing(log);
          const since = one.fresh ? 0 : log.position;
          readers.push({ cursor: table.changes(since), folded, listed: undefined });
        } else {
          const reader = readers[one.cursor % readers.length];
          if (reader !== undefined) fold(reader, one.limit);
        }
      }
      for (const reader of readers) {
        while (reader.cursor.isReady) fold(reader, 2);
        expect(reader.folded).toEqual(listing(log));
      }
    },
  );

  test('costs the changed keys, not the table: a caught-up cursor is given one key after one change', () => {
    const log = new Changelog<number>(clock);
    const table = log.table('t');
    for (let key = 0; key < 1000; key += 1) write(log, [[key, 1]]);
    const cursor = table.changes();
    expect(cursor.pull()?.changed).toHaveLength(1000);
    write(log, [[500, 2]]);
    write(log, [[500, 3]]);
    expect(cursor.pull()?.changed).toMatchObject([{ key: '500', value: 3 }]);
    expect(cursor.pull()).toBeUndefined();
  });

  test('is told of a destruction with the last value', () => {
    const log = new Changelog<number>(clock);
    write(log, [[1, 7]]);
    const cursor = log.table('t').changes();
    cursor.pull();
    write(log, [[1, undefined]]);
    expect(cursor.pull()?.changed).toMatchObject([{ key: '1', value: undefined, last: 7 }]);
  });

  test.prop([fc.array(step, { maxLength: 120 })])('tells when a key it gave is another one now', (steps) => {
    const log = new Changelog<number>(clock);
    const table = log.table('t');
    let lives = 0;
    const readers = [{ cursor: table.changes(), known: new Map<string, number>() }];
    const pull = ({ cursor, known }: (typeof readers)[0], limit: number | undefined): void => {
      for (const { key, value, recreated } of cursor.pull(limit)?.changed ?? []) {
        const before = known.get(key);
        if (before !== undefined && value !== undefined) expect(recreated === true).toBe(before !== value);
        if (value === undefined) known.delete(key);
        else known.set(key, value);
      }
    };
    for (const one of steps) {
      if (one.do === 'open') readers.push({ cursor: table.changes(), known: new Map() });
      else if (one.do === 'pull') pull(readers[one.cursor % readers.length] ?? expect.fail(), one.limit);
      else {
        // A value is the number of its life, and stays the same as long as that lasts.
        for (const [key, after] of one.writes) {
          const life = table.get(String(key));
          if (after !== undefined) write(log, [[key, life ?? (lives += 1)]]);
          else write(log, [[key, undefined]]);
        }
      }
    }
    for (const reader of readers) pull(reader, undefined);
  });

  test('re-lists with a reset once its tombstones were given up', () => {
    const log = new Changelog<number>(clock, { maxTombstones: 10 });
    const table = log.table('t');
    const late = table.changes();
    write(log, [[9999, 1]]);
    late.pull();
    for (let key = 0; key < 500; key += 1) write(log, [[key, 1]]);
    late.pull(1);
    for (let key = 0; key < 500; key += 1) write(log, [[key, undefined]]);
    const batch = late.pull();
    expect(batch).toMatchObject({ reset: true, complete: true });
    expect(batch?.changed.filter(({ value }) => value !== undefined)).toMatchObject([{ key: '9999', value: 1 }]);
  });
});

describe('an events() cursor', () => {
  test.prop([fc.array(step, { maxLength: 80 })])(
    'gives every event once, in order, without splitting a commit, or fails loudly',
    (steps) => {
      const log = new Changelog<number>(clock, { history: { initialCapacity: 4, maxCapacity: 16, gap: 1 } });
      const table = log.table('t');
      const all: Change<number>[] = [];
      const cursor: EventsCursor<number> = table.events();
      const seen: Change<number>[] = [];
      let lost = false;
      const pull = (limit?: number): void => {
        try {
          const batch = cursor.pull(limit);
          const last = batch.at(-1);
          if (last !== undefined) expect(last.index).toBe(last.commit.size - 1);
          seen.push(...batch);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(CursorOverrunError);
          lost = true;
        }
      };
      for (const one of steps) {
        if (one.do === 'write') {
          const before = table.ring.next;
          write(log, one.writes);
          for (let sequence = before; sequence < table.ring.next; sequence += 1) all.push(table.ring.at(sequence));
        } else if (one.do === 'pull') pull(one.limit);
      }
      while (cursor.isReady && !cursor.isClosed) pull();
      expect(seen).toEqual(all.slice(0, seen.length));
      if (!lost) expect(seen).toHaveLength(all.length);
    },
  );
});

test('a table that is made to list anew tells everything again, to those too who have heard it all', async () => {
  const log = new Changelog<number>(clock);
  const table = log.table('t');
  const [late, idle] = [table.changes(), table.changes()];
  for (const key of ['a', 'b', 'c']) log.commit([{ table, key, after: 1 }]);
  log.commit([{ table, key: 'b', after: undefined }]);
  for (const cursor of [late, idle]) cursor.pull(1);
  while (idle.isReady) idle.pull();
  let woken = 0;
  idle.onReady(() => void (woken += 1));
  table.relist();
  await Promise.resolve();
  expect(woken).toBe(1);
  const all = { changed: ['a', 'c'], reset: true, complete: true };
  for (const cursor of [late, idle]) {
    const { changed = [], ...rest } = cursor.pull() ?? {};
    expect({ ...rest, changed: changed.map(({ key }) => key) }).toMatchObject(all);
    expect([cursor.isReady, cursor.position]).toEqual([false, table.position]);
  }
  log.commit([{ table, key: 'a', after: 2 }]);
  expect(idle.pull()).toMatchObject({ changed: [{ key: 'a', value: 2 }], reset: false });
  // One that is new tells it once.
  const fresh = table.changes();
  table.relist();
  expect(fresh.pull()).toMatchObject({ reset: false, complete: true });
  expect(fresh.isReady).toBe(false);
});

describe('a table', () => {
  test.prop([fc.array(fc.tuple(fc.string({ maxLength: 3, unit: 'binary' }), fc.boolean()), { maxLength: 60 })])(
    "lists what is there by the keys' bytes",
    (writes) => {
      const log = new Changelog<string>(clock);
      const table = log.table('t');
      const model = new Map<string, string>();
      for (const [index, [key, create]] of writes.entries()) {
        if (create) model.set(key, key);
        else if (!model.delete(key)) continue;
        log.commit([{ table, key, after: create ? key : undefined }]);
        if (index % 7 === 0) table.list();
      }
      const expected = [...model.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      expect(table.list()).toEqual(expected);
      expect(table.size).toBe(model.size);
    },
  );
});
