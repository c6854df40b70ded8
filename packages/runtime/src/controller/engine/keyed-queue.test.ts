import type { Cause } from '@cosi-ts/core';
import { test } from '@fast-check/vitest';
import { describe, expect, vi } from 'vitest';
import { newQueue, steps } from './keyed-queue.fixture.ts';

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
