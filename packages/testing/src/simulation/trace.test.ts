import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Trace, type Remark, type TraceEntry } from './trace.ts';

const entry = fc.record({
  at: fc.nat(9),
  who: fc.constantFrom('a', 'b'),
  label: fc.constantFrom('get', 'put', ''),
  choice: fc.nat(2),
  count: fc.constant(3),
});

function hashOf(entries: readonly TraceEntry[]): string {
  const trace = new Trace();
  for (const each of entries) trace.add(each);
  return trace.hash;
}

test('equal runs have equal hashes, and a single difference shows', () => {
  const some = fc.array(entry, { maxLength: 6 });
  fc.assert(
    fc.property(some, some, (one, other) => {
      expect(hashOf(one) === hashOf(other)).toBe(JSON.stringify(one) === JSON.stringify(other));
    }),
    { numRuns: 2_000 },
  );
  fc.assert(
    fc.property(some, some, entry, entry, (before, after, one, other) => {
      const same = JSON.stringify(one) === JSON.stringify(other);
      expect(hashOf([...before, one, ...after]) === hashOf([...before, other, ...after])).toBe(same);
    }),
    { numRuns: 5_000 },
  );
});

test('only the end of a long run is kept to be read', () => {
  const trace = new Trace();
  for (let at = 0; at < 10_000; at += 1) trace.add({ at, who: 'a', label: `step ${at}`, choice: at % 2, count: 2 });
  expect(trace.length).toBe(10_000);
  expect(trace.tail(2)).toBe(
    [
      '  … 9998 earlier',
      '      9.998s  a            step 9998',
      '      9.999s  a            step 9999 (goes first, ahead of 1 in line)',
    ].join('\n'),
  );
});

test('a story has every decision, and what is next to them', () => {
  const trace = new Trace();
  const remarks: Remark[] = [];
  for (let at = 0; at < 100; at += 1) {
    trace.add({ at, who: 'a', label: `step ${at}`, choice: at === 50 ? 1 : 0, count: 2 });
    if (at % 5 === 0) remarks.push({ at, who: 'b', label: `writes ${at}`, place: trace.length });
  }
  expect(trace.story(4, remarks).split('\n')).toEqual([
    '  … 8 more',
    '        40ms  b            writes 40',
    '        45ms  b            writes 45',
    '        50ms  a            step 50 (goes first, ahead of 1 in line)',
    '        50ms  b            writes 50',
    '  … 9 more',
  ]);
  expect(new Trace().story(4)).toBe('');
});
