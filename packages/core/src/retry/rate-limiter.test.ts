import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { RateLimiter } from './rate-limiter.ts';

describe('the rate limiter', () => {
  test('lets a burst through, then one call each interval, in order', () => {
    const limiter = new RateLimiter({ rate: 2, burst: 3 });
    expect([0, 0, 0, 0, 0].map((now) => limiter.take('a', now))).toEqual([0, 0, 0, 500, 1000]);
    expect(limiter.take('a', 1000)).toBe(500);
  });

  test('knows one address from another', () => {
    const limiter = new RateLimiter({ rate: 1, burst: 1 });
    expect(limiter.take('a', 0, 0)).toBe(0);
    expect(limiter.take('a', 0, 0)).toBeUndefined();
    expect(limiter.take('b', 0, 0)).toBe(0);
  });

  test('forgets an address whose bucket is full again, and no other', () => {
    const limiter = new RateLimiter({ rate: 1, burst: 1 });
    limiter.take('spent', 0);
    limiter.giveBack('full', 0);
    limiter.sweep(0);
    expect(limiter.size).toBe(1);
    expect(limiter.take('spent', 0, 0)).toBeUndefined();
    limiter.sweep(2000);
    expect(limiter.size).toBe(0);
  });

  test('sweeps by itself once a minute', () => {
    const limiter = new RateLimiter({ rate: 1, burst: 1 });
    for (let count = 0; count < 10; count += 1) limiter.take(`a${count}`, 0);
    limiter.take('b', 60_000);
    expect(limiter.size).toBe(1);
  });

  const calls = fc.array(
    fc.record({ pause: fc.nat(2000), patience: fc.constantFrom(0, 100, 10_000), leaves: fc.boolean() }),
    { maxLength: 60 },
  );
  test.prop([calls, fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 5 })])(
    'never lets more through than burst and rate allow, whoever leaves the line',
    (calls, rate, burst) => {
      const limiter = new RateLimiter({ rate, burst });
      const served: number[] = [];
      let now = 0;
      for (const { pause, patience, leaves } of calls) {
        now += pause;
        const wait = limiter.take('a', now, patience);
        if (wait === undefined) continue;
        expect(wait).toBeLessThanOrEqual(patience);
        if (leaves && wait > 0) limiter.giveBack('a', now);
        else served.push(now + wait);
      }
      served.sort((a, b) => a - b);
      for (const [first, start] of served.entries()) {
        for (const [count, end] of served.slice(first).entries()) {
          expect(count + 1).toBeLessThanOrEqual(burst + ((end - start) * rate) / 1000 + 1e-6);
        }
      }
    },
  );
});
