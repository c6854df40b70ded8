import { fc, test as property } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { Patience } from './patience.ts';

const span = fc.integer({ min: 0, max: 10_000 });
const failures = fc.array(span, { minLength: 1, maxLength: 30 });

describe('patience', () => {
  property.prop([span, failures, fc.integer({ min: 1, max: 50_000 })])(
    'begins with the first failure, however long all was well before, and lasts as long as its budget',
    (well, pauses, budget) => {
      const time = { now: 0 };
      const patience = patienceOf(time, budget);
      for (const _ of pauses) {
        patience.failed();
        patience.succeeded();
        time.now += well + budget;
      }
      const began = time.now;
      for (const pause of pauses) {
        expect(patience.failed() === undefined).toBe(time.now - began >= budget);
        time.now += pause;
      }
    },
  );

  property.prop([failures])('waits as the backoff does, and begins again after a success', (pauses) => {
    const patience = patienceOf({ now: 0 });
    const waits = pauses.map(() => patience.failed());
    expect(waits[0]).toBe(500);
    expect(waits).toEqual(waits.toSorted((a = 0, b = 0) => a - b));
    expect(patience.failures).toBe(pauses.length);
    patience.succeeded();
    expect(patience.failures).toBe(0);
    expect(patience.failed()).toBe(500);
  });
});

function patienceOf(time: { readonly now: number }, budget?: number): Patience {
  const random = { uniform: () => 0.5, bytes: (length: number) => new Uint8Array(length) };
  return new Patience({ clock: { monotonic: () => time.now }, random }, { budget });
}
