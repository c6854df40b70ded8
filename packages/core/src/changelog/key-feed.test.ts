import { fc, test } from '@fast-check/vitest';
import { describe, expect, vi } from 'vitest';
import { EPOCH } from '../time/timestamp.ts';
import { Changelog } from './changelog.ts';
import { CursorOverrunError } from './errors.ts';

const clock = { now: () => EPOCH, millis: () => 0, monotonic: () => 0 };
const history = { initialCapacity: 4, maxCapacity: 8, gap: 1 };
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

type Step = { readonly do: 'write'; readonly keys: readonly number[] } | { readonly do: 'pull' | 'open' };
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      keys: fc.uniqueArray(fc.nat(3), { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pull' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('open' as const) }) },
);

describe('a cursor over the events of one key', () => {
  test.prop([fc.array(step, { maxLength: 60 })])('gives all of them in order, or says that some are lost', (steps) => {
    const log = new Changelog<number>(clock, { history });
    const table = log.table('t');
    /** Sequence numbers of the key's events. */
    const mine: number[] = [];
    const readers: { readonly cursor: ReturnType<typeof table.keyEvents>; next: number }[] = [];
    let value = 0;
    for (const one of steps) {
      if (one.do === 'write') {
        for (const [index, key] of one.keys.entries()) if (key === 0) mine.push(table.ring.next + index);
        log.commit(one.keys.map((key) => ({ table, key: String(key), after: (value += 1) })));
      } else if (one.do === 'open') {
        const from = Math.max(table.ring.first, table.ring.next - 3);
        readers.push({
          cursor: table.keyEvents('0', from),
          next: mine.findLastIndex((sequence) => sequence < from) + 1,
        });
      } else {
        for (const reader of readers) {
          if (reader.cursor.isClosed) continue;
          const pending = mine.slice(reader.next);
          expect(reader.cursor.isReady).toBe(pending.length > 0);
          if (pending.some((sequence) => sequence < table.ring.first)) {
            expect(() => reader.cursor.pull()).toThrow(CursorOverrunError);
            expect(reader.cursor.isClosed).toBe(true);
          } else {
            expect(reader.cursor.pull()).toEqual(pending.map((sequence) => table.ring.at(sequence)));
          }
          reader.next = mine.length;
        }
      }
    }
  });

  test('is woken by its key and nothing else', async () => {
    const log = new Changelog<number>(clock, { history });
    const table = log.table('t');
    const cursor = table.keyEvents('a');
    const ready = vi.fn();
    cursor.onReady(ready);
    for (let n = 0; n < 20; n += 1) log.commit([{ table, key: 'b', after: n }]);
    await turn();
    expect(ready).not.toHaveBeenCalled();
    log.commit([{ table, key: 'a', after: 1 }]);
    await turn();
    expect(ready).toHaveBeenCalledOnce();
    expect(cursor.pull()).toMatchObject([{ key: 'a', after: 1 }]);
  });

  test('fails with its table, once it gave what was before', async () => {
    const log = new Changelog<number>(clock, { history });
    const table = log.table('t');
    const cursor = table.keyEvents('a');
    log.commit([{ table, key: 'a', after: 1 }]);
    expect(cursor.pull()).toHaveLength(1);
    const ready = vi.fn();
    cursor.onReady(ready);
    log.fail(new Error('the disk is gone'));
    await turn();
    expect(ready).toHaveBeenCalledOnce();
    expect(() => cursor.pull()).toThrow('the disk is gone');
    expect(cursor.isClosed).toBe(true);
  });
});
