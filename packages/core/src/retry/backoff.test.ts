import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { Backoff, type BackoffOptions } from './backoff.ts';

const options = fc.record({
  initial: fc.integer({ min: 1, max: 5000 }),
  factor: fc.double({ min: 1, max: 4, noNaN: true }),
  jitter: fc.double({ min: 0, max: 1, noNaN: true }),
  cap: fc.integer({ min: 5000, max: 100_000 }),
});
const chance = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 1, maxLength: 60 });

describe('the backoff', () => {
  property.prop([options, chance])('grows by its factor up to its cap, within its jitter', (options, chances) => {
    const backoff = new Backoff(random(chances), options);
    let interval = options.initial;
    for (const _ of chances) {
      const wait = backoff.next();
      expect(wait).toBeGreaterThanOrEqual(interval * (1 - options.jitter) * (1 - 1e-12));
      expect(wait).toBeLessThanOrEqual(interval * (1 + options.jitter) * (1 + 1e-12));
      interval = Math.min(interval * options.factor, options.cap);
    }
    expect(interval).toBeLessThanOrEqual(options.cap);
  });

  property.prop([options, fc.nat(30)])('begins again after a success', (options, failures) => {
    const backoff = steady(options);
    for (let index = 0; index < failures; index += 1) backoff.next();
    backoff.reset();
    expect(backoff.next()).toBe(options.initial);
  });

  test('is that of COSI unless told otherwise', () => {
    const backoff = steady({});
    expect(Array.from({ length: 5 }, () => backoff.next())).toEqual([500, 750, 1125, 1687.5, 2531.25]);
    for (let index = 0; index < 100; index += 1) backoff.next();
    expect(backoff.next()).toBe(60_000);
    expect(new Backoff(random([0])).next()).toBe(250);
    expect(new Backoff(random([0.75])).next()).toBe(625);
  });
});

function steady(options: BackoffOptions): Backoff {
  return new Backoff(random([0.5]), options);
}

/** Gives these numbers, over and over. */
function random(numbers: readonly number[]): { uniform(): number; bytes(length: number): Uint8Array } {
  let index = 0;
  return {
    uniform() {
      const number = numbers[index % numbers.length] ?? 0;
      index += 1;
      return number;
    },
    bytes: (length) => new Uint8Array(length),
  };
}
