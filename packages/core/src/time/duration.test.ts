import { fc, test as property } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import { formatDuration, parseDuration } from './duration.ts';

property.prop([fc.integer({ min: -1e12, max: 1e12 })])('whole milliseconds survive as text', (millis) => {
  expect(parseDuration(formatDuration(millis))).toBe(millis);
});

property.prop([fc.integer({ min: 0, max: 1e15 })])('so do nanoseconds, as far as a number holds them', (nanos) => {
  const millis = nanos / 1e6;
  const back = parseDuration(formatDuration(millis));
  expect(Math.abs((back ?? Number.NaN) - millis)).toBeLessThan(1e-6 * Math.max(1, millis / 1e3));
});

property.prop([
  fc.array(fc.tuple(fc.nat(10_000), fc.constantFrom('h', 'm', 's', 'ms')), { minLength: 1, maxLength: 4 }),
])('parts add up', (parts) => {
  const unit: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
  const sum = parts.reduce((sum, [amount, name]) => sum + amount * (unit[name] ?? Number.NaN), 0);
  const text = parts.map(([amount, name]) => `${amount}${name}`).join('');
  expect(parseDuration(text)).toBe(sum);
  expect(parseDuration(`-${text}`)).toBe(-sum);
  expect(parseDuration(`+${text}`)).toBe(sum);
});

// As Go writes them.
test.each([
  [0, '0s'],
  [1, '1ms'],
  [500, '500ms'],
  [1000, '1s'],
  [1500, '1.5s'],
  [60_000, '1m0s'],
  [90_000, '1m30s'],
  [1_800_000, '30m0s'],
  [3_600_000, '1h0m0s'],
  [86_400_000, '24h0m0s'],
  [-90_000, '-1m30s'],
  [0.001, '1µs'],
  [0.0015, '1.5µs'],
  [0.000001, '1ns'],
  [1.5, '1.5ms'],
  [59_999.5, '59.9995s'],
  [3_599_999.9999999, '1h0m0s'],
])('%d ms are written %s', (millis, text) => {
  expect(formatDuration(millis)).toBe(text);
});

test.each([
  ['0', 0],
  ['-0', 0],
  ['1.5h', 5_400_000],
  ['.5s', 500],
  ['1.s', 1000],
  ['1us', 0.001],
  ['1µs', 0.001],
  ['1μs', 0.001],
  ['1ns', 1e-6],
  ['1h15m30.918s', 4_530_918],
])('%s is read as %d ms', (text, millis) => {
  expect(parseDuration(text)).toBeCloseTo(millis, 9);
});

test.each(['', '1', 's', '1d', '1 s', '1s ', '--1s', '.s', '1e3s', 'Infinity', '1m-1s'])('%j is none', (text) => {
  expect(parseDuration(text)).toBeUndefined();
});
