import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { Wakeups, type Waiter } from './wakeups.ts';

class Sleeper implements Waiter {
  slot = -1;
  woken = 0;

  wake(): void {
    this.woken += 1;
  }
}

const drained = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('wake-ups', () => {
  const step = fc.record({ do: fc.constantFrom('add', 'remove', 'wakeAll', 'hop'), who: fc.nat(299) });

  test.prop([fc.array(step, { maxLength: 600 }), fc.integer({ min: 1, max: 100 })])(
    'reach everybody who waits, once, and nobody else',
    async (steps, lag) => {
      const wakeups = new Wakeups(lag);
      const sleepers = Array.from({ length: 300 }, () => new Sleeper());
      const waiting = new Set<Sleeper>();
      const due = new Set<Sleeper>();
      const before = new Map<Sleeper, number>();
      for (const one of steps) {
        const sleeper = sleepers[one.who] as Sleeper;
        if (one.do === 'add' && !due.has(sleeper)) {
          wakeups.add(sleeper);
          waiting.add(sleeper);
          before.set(sleeper, sleeper.woken);
        } else if (one.do === 'remove') {
          wakeups.remove(sleeper);
          waiting.delete(sleeper);
          due.delete(sleeper);
        } else if (one.do === 'wakeAll') {
          wakeups.wakeAll();
          for (const each of waiting) due.add(each);
          waiting.clear();
        } else {
          await Promise.resolve();
          for (const each of due) if (each.woken > (before.get(each) ?? 0)) due.delete(each);
        }
        for (const each of waiting) expect(each.woken).toBe(before.get(each));
      }
      await drained();
      for (const each of due) expect(each.woken).toBe((before.get(each) ?? 0) + 1);
      for (const each of waiting) expect(each.woken).toBe(before.get(each));
    },
  );

  test('let a writer go on between: those who are woken later find more commits', async () => {
    const wakeups = new Wakeups();
    const commits = { count: 0 };
    const found: number[] = [];
    for (let n = 0; n < 240; n += 1) wakeups.add({ slot: -1, wake: () => void found.push(commits.count) });
    for (let n = 0; n < 30; n += 1) {
      commits.count += 1;
      wakeups.wakeAll();
      await Promise.resolve();
    }
    expect(found).toHaveLength(240);
    expect(found.at(0)).toBe(1);
    expect(found.at(-1)).toBe(24);
  });
});
