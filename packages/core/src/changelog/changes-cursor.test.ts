import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { EPOCH } from '../time/timestamp.ts';
import { Changelog } from './changelog.ts';

const KEYS = ['a', 'b', 'c', 'd'] as const;
const key = fc.constantFrom(...KEYS);
const write = fc.tuple(key, fc.option(fc.nat(3), { nil: undefined }));
const step = fc.oneof(
  fc.record({ writes: fc.uniqueArray(write, { selector: ([name]) => name, minLength: 1, maxLength: 3 }) }),
  fc.record({ skip: fc.nat(4) }),
  fc.record({ pull: fc.integer({ min: 1, max: 3 }) }),
);

/** What nobody wants to hear of. */
function isDull(name: string, value: number | undefined): boolean {
  return name === 'a' || value === 0;
}

const clock = { now: () => EPOCH, millis: () => 0, monotonic: () => 0 };

describe('a cursor that passes over what is dull', () => {
  test.prop([fc.array(step, { maxLength: 40 })], { numRuns: 300 })(
    'gives all the rest, and no part of a commit',
    (steps) => {
      const log = new Changelog<number>(clock);
      const table = log.table('t');
      const cursor = table.changes();
      const seen = new Map<string, number>();
      const isTold = (): boolean =>
        KEYS.every((name) => table.get(name) === seen.get(name) || isDull(name, table.get(name)));
      const take = (limit?: number): void => {
        const batch = cursor.pull(limit);
        if (batch?.reset === true) seen.clear();
        for (const { key: name, value } of batch?.changed ?? []) {
          if (value === undefined) seen.delete(name);
          else seen.set(name, value);
        }
        for (const name of KEYS) {
          const isOfLast = batch !== undefined && table.find(name)?.position === batch.position;
          if (isOfLast) expect(isDull(name, table.get(name)) || seen.get(name) === table.get(name)).toBe(true);
        }
      };
      for (const one of steps) {
        if ('writes' in one) log.commit(one.writes.map(([name, after]) => ({ table, key: name, after })));
        else if ('pull' in one) take(one.pull);
        else if (cursor.skip(isDull, one.skip)) expect([cursor.isReady, isTold()]).toEqual([false, true]);
      }
      while (cursor.isReady) take();
      expect(isTold()).toBe(true);
    },
  );

  test('passes over nothing when it has lost sight of what is gone', () => {
    const log = new Changelog<number>(clock, { maxTombstones: 3 });
    const table = log.table('t');
    const keys = Array.from({ length: 100 }, (_, n) => `k${n}`);
    const cursor = table.changes();
    for (const name of keys) log.commit([{ table, key: name, after: 1 }]);
    cursor.pull();
    for (const name of keys) log.commit([{ table, key: name, after: undefined }]);
    expect(cursor.skip(() => true, 1000)).toBe(false);
    expect(cursor.pull()).toMatchObject({ reset: true, complete: true });
  });
});
