import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatReplay, parseReplay } from './replay.ts';

test('a replay line reads back as what it was written from, but for zeros at the end', () => {
  const choices = fc.option(fc.array(fc.oneof(fc.constant(0), fc.nat())), { nil: undefined });
  fc.assert(
    fc.property(fc.maxSafeNat(), choices, (seed, choices) => {
      const parsed = parseReplay(formatReplay({ seed, choices }));
      expect(parsed.seed).toBe(seed);
      const length = choices?.findLastIndex((choice) => choice !== 0) ?? -1;
      expect(parsed.choices).toEqual(choices?.slice(0, length + 1));
    }),
  );
});

test('a replay line is short, and its remarks are not read', () => {
  expect(formatReplay({ seed: 7 })).toBe('seed=7');
  expect(formatReplay({ seed: 7, choices: [0, 0, 0, 1, 2, 2, 0, 0] })).toBe('seed=7 tape=0*3,1,2*2');
  expect(parseReplay('seed=7 tape=0*3,1 disorder=0.1 cut=0.05')).toEqual({ seed: 7, choices: [0, 0, 0, 1] });
});

test('what is no replay line is refused by name', () => {
  expect(() => parseReplay('seven')).toThrow(`not a replay line: 'seven' (at 'seven')`);
  expect(() => parseReplay('seed=x')).toThrow(`not a replay line: 'seed=x' ('x' is no whole number)`);
});
