import type { Random, Timers } from '@cosi-ts/core';
import { fc } from '@fast-check/vitest';
import { KeyedQueue } from './keyed-queue.ts';

/** Time that passes when it is told to. */
class ManualTimers implements Timers {
  now = 0;
  #timers: { readonly due: number; readonly fire: () => void }[] = [];

  after(millis: number, fire: () => void) {
    const timer = { due: this.now + millis, fire };
    this.#timers.push(timer);
    return { cancel: () => void (this.#timers = this.#timers.filter((other) => other !== timer)) };
  }

  advance(millis: number): void {
    const end = this.now + millis;
    for (;;) {
      const next = this.#timers.filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((other) => other !== next);
      this.now = next.due;
      next.fire();
    }
    this.now = end;
  }

  get size(): number {
    return this.#timers.length;
  }
}

/** No jitter: the first delays are 500, 750, 1125 ms. */
const random: Random = { bytes: (length) => new Uint8Array(length), uniform: () => 0.5 };

export function newQueue() {
  const timers = new ManualTimers();
  return { timers, queue: new KeyedQueue(timers, random) };
}

/** What users and workers of a queue do. */
export type Step =
  | { readonly do: 'add'; readonly key: string }
  | { readonly do: 'take' }
  | { readonly do: 'done'; readonly which: number; readonly after: number | undefined }
  | { readonly do: 'fail'; readonly which: number; readonly after: number | undefined }
  | { readonly do: 'pass'; readonly millis: number };

const which = fc.nat({ max: 3 });
const after = fc.option(fc.integer({ min: 1, max: 3000 }), { nil: undefined });
export const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('add' as const), key: fc.constantFrom('a', 'b', 'c', 'd') }),
    fc.record({ do: fc.constant('take' as const) }),
    fc.record({ do: fc.constant('done' as const), which, after }),
    fc.record({ do: fc.constant('fail' as const), which, after }),
    fc.record({ do: fc.constant('pass' as const), millis: fc.integer({ min: 1, max: 2000 }) }),
  ),
  { maxLength: 60, size: 'max' },
);
