import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { durationOf, nanosOf } from './duration.ts';

describe('durations', () => {
  test.prop([fc.maxSafeInteger()])('of whole nanoseconds come back exactly, both parts with one sign', (nanos) => {
    const duration = durationOf(nanos);
    expect(nanosOf(duration)).toBe(nanos);
    expect(Math.sign(Number(duration.seconds)) * Math.sign(duration.nanos)).toBeGreaterThanOrEqual(0);
    expect(Math.abs(duration.nanos)).toBeLessThan(1e9);
  });

  test.prop([fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.integer()])(
    'never leave 64 bits, and keep their order',
    (seconds, nanos) => {
      const all = nanosOf({ seconds, nanos });
      expect(Math.abs(all)).toBeLessThanOrEqual(2 ** 63);
      if (seconds > 5n) expect(all).toBeGreaterThan(0);
      if (seconds < -5n) expect(all).toBeLessThan(0);
    },
  );

  test('absent is none', () => {
    expect(nanosOf(undefined)).toBe(0);
  });

  test('tell 30 minutes from a nanosecond more', () => {
    expect(nanosOf({ seconds: 1800n, nanos: 0 })).toBe(1_800_000_000_000);
    expect(nanosOf({ seconds: 1800n, nanos: 1 })).toBe(1_800_000_000_001);
  });
});
