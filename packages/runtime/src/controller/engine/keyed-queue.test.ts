import type { Cause, Random, Timers } from '@cosi-ts/core';
import { fc, test } from '@fast-check/vitest';
import { describe, expect, vi } from 'vitest';
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

function newQueue() {
  const timers = new ManualTimers();
  return { timers, queue: new KeyedQueue(timers, random) };
}

const cause = (key: string, position = 1): Cause => ({ table: 't', key, position });

/** What the queue promises, in the plainest way: a line, what is held, and when the others come. */
class Model {
  line: string[] = [];
  held = new Map<string, { dirty: boolean }>();
  delayed = new Map<string, number>();
  failures = new Map<string, number>();

  add(key: string): void {
    const held = this.held.get(key);
    if (held !== undefined) held.dirty = true;
    else if (!this.line.includes(key)) {
      this.delayed.delete(key);
      this.line.push(key);
    }
  }

  release(key: string, now: number, delay: number | undefined): void {
    const dirty = this.held.get(key)?.dirty === true;
    this.held.delete(key);
    if (dirty) this.line.push(key);
    else if (delay !== undefined) this.delayed.set(key, now + delay);
  }

  passTo(now: number): void {
    const due = [...this.delayed].filter(([, at]) => at <= now).sort(([, a], [, b]) => a - b);
    for (const [key] of due) {
      this.delayed.delete(key);
      this.line.push(key);
    }
  }
}

type Step =
  | { readonly do: 'add'; readonly key: string }
  | { readonly do: 'take' }
  | { readonly do: 'done'; readonly which: number; readonly after: number | undefined }
  | { readonly do: 'fail'; readonly which: number; readonly after: number | undefined }
  | { readonly do: 'pass'; readonly millis: number };

const which = fc.nat({ max: 3 });
const after = fc.option(fc.integer({ min: 1, max: 3000 }), { nil: undefined });
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('add' as const), key: fc.constantFrom('a', 'b', 'c', 'd') }),
    fc.record({ do: fc.constant('take' as const) }),
    fc.record({ do: fc.constant('done' as const), which, after }),
    fc.record({ do: fc.constant('fail' as const), which, after }),
    fc.record({ do: fc.constant('pass' as const), millis: fc.integer({ min: 1, max: 2000 }) }),
  ),
  { maxLength: 60, size: 'max' },
);

describe('the keyed queue', () => {
  test.prop([steps], { numRuns: 2000 })('hands out what the model does, in its order', (steps) => {
    const { timers, queue } = newQueue();
    const model = new Model();
    for (const step of steps) {
      if (step.do === 'add') {
        queue.add(step.key);
        model.add(step.key);
      } else if (step.do === 'take') {
        const key = queue.take()?.key;
        expect(key).toBe(model.line.shift());
        if (key !== undefined) model.held.set(key, { dirty: false });
      } else if (step.do === 'pass') {
        timers.advance(step.millis);
        model.passTo(timers.now);
      } else {
        const key = [...model.held.keys()][step.which];
        if (key === undefined) continue;
        if (step.do === 'done') {
          queue.done(key, step.after);
          model.release(key, timers.now, step.after);
          model.failures.delete(key);
        } else {
          const dirty = model.held.get(key)?.dirty === true;
          const failures = model.failures.get(key) ?? 0;
          const delay = step.after ?? 500 * 1.5 ** failures;
          expect(queue.failed(key, step.after)).toBe(dirty ? 0 : delay);
          if (!dirty && step.after === undefined) model.failures.set(key, failures + 1);
          model.release(key, timers.now, delay);
        }
      }
      expect(queue.isIdle).toBe(model.line.length === 0 && model.held.size === 0);
    }
    queue.close();
    expect(queue.take()).toBeUndefined();
    expect(timers.size).toBe(0);
  });

  test('merges the causes of a key: the newest change of each resource, in the order in which they came first', () => {
    const { queue } = newQueue();
    queue.add('k', cause('x', 1));
    queue.add('k', cause('y', 2));
    queue.add('k', cause('x', 3));
    expect(queue.take()?.causes).toEqual([cause('x', 3), cause('y', 2)]);
  });

  test('a retry has the causes of what failed, and what came since', () => {
    const { timers, queue } = newQueue();
    queue.add('k', cause('x'));
    queue.take();
    queue.failed('k');
    timers.advance(100);
    queue.add('k', cause('y'));
    expect(queue.take()?.causes).toEqual([cause('x'), cause('y')]);
    queue.done('k');
    queue.add('k');
    expect(queue.take()?.causes).toEqual([]);
  });

  test('keeps a bounded number of causes', () => {
    const { queue } = newQueue();
    for (let id = 0; id < 10_000; id += 1) queue.add('k', cause(`${id}`));
    expect(queue.take()?.causes).toHaveLength(64);
  });

  test('tells those who wait, also of its end', async () => {
    const { queue } = newQueue();
    const told = vi.fn();
    void queue.available().then(told);
    await Promise.resolve();
    expect(told).not.toHaveBeenCalled();
    queue.add('k');
    await queue.available();
    expect(told).toHaveBeenCalled();
    queue.take();
    const end = queue.available();
    queue.close();
    await end;
    queue.add('k');
    queue.done('k', 1);
    expect(queue.take()).toBeUndefined();
  });
});
