import { fc, test } from '@fast-check/vitest';
import { sleep } from '@cosi-ts/core';
import { simulate } from '@cosi-ts/testing';
import { describe, expect } from 'vitest';
import { collection } from '../../state/collection.ts';
import { exclusive, primary } from '../ports.ts';
import { defineQueueController } from '../queue.ts';
import { newQueue, steps, type Step } from './keyed-queue.fixture.ts';
import { A, B, start } from './text-types.fixture.ts';

/** What happened to a queue, in order. */
type Entry =
  | { readonly what: 'add' | 'take' | 'failed'; readonly key: string }
  | { readonly what: 'done'; readonly key: string; readonly after: number | undefined };

/** Does the steps, then works off what is left, without a further failure. */
function logOf(steps: readonly Step[]): readonly Entry[] {
  const { timers, queue } = newQueue();
  const log: Entry[] = [];
  const held: string[] = [];
  const take = (): boolean => {
    const key = queue.take()?.key;
    if (key === undefined) return false;
    log.push({ what: 'take', key });
    held.push(key);
    return true;
  };
  const done = (key: string, after?: number): void => {
    queue.done(key, after);
    log.push({ what: 'done', key, after });
  };
  for (const step of steps) {
    if (step.do === 'add') {
      log.push({ what: 'add', key: step.key });
      queue.add(step.key);
    } else if (step.do === 'take') {
      take();
    } else if (step.do === 'pass') {
      timers.advance(step.millis);
    } else {
      const [key] = held.splice(step.which, 1);
      if (key === undefined) continue;
      if (step.do === 'done') done(key, step.after);
      else {
        queue.failed(key, step.after);
        log.push({ what: 'failed', key });
      }
    }
  }
  for (let round = 0; round < 50; round += 1) {
    for (const key of held.splice(0)) done(key);
    while (take());
    if (held.length === 0) timers.advance(600_000);
  }
  queue.close();
  return log;
}

const of = (log: readonly Entry[], key: string): readonly Entry[] => log.filter((entry) => entry.key === key);
const KEYS = ['a', 'b', 'c', 'd'];
const RUNS = { numRuns: 500 };

// Each is named in docs/architecture.md.
describe('the laws of a queue', () => {
  test.prop([steps], RUNS)('Q1: a key is never worked on twice at the same time', (steps) => {
    const held = new Set<string>();
    for (const { what, key } of logOf(steps)) {
      if (what === 'take') expect(held.has(key)).toBe(false);
      if (what === 'take') held.add(key);
      if (what === 'done' || what === 'failed') held.delete(key);
    }
  });

  test.prop([steps], RUNS)('Q2: no wake-up is lost, whenever it comes', (steps) => {
    const log = logOf(steps);
    for (const key of KEYS) {
      const own = of(log, key);
      const lastTake = own.findLastIndex(({ what }) => what === 'take');
      expect(own.findLastIndex(({ what }) => what === 'add')).toBeLessThanOrEqual(lastTake);
    }
  });

  test.prop([steps], RUNS)('Q3: many wake-ups before the work are one piece of work', (steps) => {
    const log = logOf(steps);
    for (const key of KEYS) {
      let reasons = 0;
      for (const entry of of(log, key)) {
        if (entry.what === 'add' || entry.what === 'failed') reasons += 1;
        if (entry.what === 'done' && entry.after !== undefined) reasons += 1;
        if (entry.what !== 'take') continue;
        expect(reasons).toBeGreaterThan(0);
        reasons = 0;
      }
    }
  });

  test('Q4: whoever stops waits for what is worked on', async () => {
    for (let seed = 0; seed < 20; seed += 1) {
      await simulate({ seed }, async (sim) => {
        const { host, owner } = sim.node('node');
        const { state, runtime } = start({ host, owner });
        const log: string[] = [];
        runtime.register(
          defineQueueController({
            name: 'slow',
            ports: { inputs: primary(A), outputs: exclusive(B) },
            concurrency: 3,
            async reconcile({ outputs }, key) {
              log.push(`begins ${key}`);
              await sleep(host.timers, 1000 * sim.choose('long', 4));
              await outputs.set(key, { text: '' });
              log.push(`ends ${key}`);
            },
          }),
        );
        runtime.start();
        for (const id of ['1', '2', '3', '4', '5']) await collection(state, A).create(id, { text: '' });
        await sim.advance(sim.choose('pause', 3000));
        const begun = log.filter((line) => line.startsWith('begins')).length;
        const stopping = owner.close().then(() => log.push('stopped'));
        await sim.advance('9s');
        await stopping;
        expect(log.filter((line) => line.startsWith('begins'))).toHaveLength(begun);
        expect(log.filter((line) => line.startsWith('ends'))).toHaveLength(begun);
        expect(log.at(-1)).toBe('stopped');
      });
    }
  });

  test.prop([steps], RUNS)('Q5: nothing is handed out after the end', (steps) => {
    const { timers, queue } = newQueue();
    for (const step of steps) {
      if (step.do === 'add') queue.add(step.key);
      if (step.do === 'take') queue.take();
      if (step.do === 'done') queue.done(KEYS[step.which] ?? '', step.after);
      if (step.do === 'fail') queue.failed(KEYS[step.which] ?? '', step.after);
    }
    queue.close();
    for (const key of KEYS) queue.add(key);
    timers.advance(600_000);
    expect([queue.take(), queue.depth, timers.size]).toEqual([undefined, 0, 0]);
  });

  const ends = fc.array(fc.constantFrom('fails', 'fails, and says when', 'comes again', 'is woken'), { maxLength: 12 });

  test.prop([ends], RUNS)('Q6: each failure is waited for longer, and a success begins anew', (ends) => {
    const { timers, queue } = newQueue();
    let failures = 0;
    queue.add('k');
    for (const end of ends) {
      timers.advance(600_000);
      expect(queue.take()?.key).toBe('k');
      if (end === 'fails') {
        expect(queue.failed('k')).toBeCloseTo(500 * 1.5 ** failures, 5);
        failures += 1;
      } else if (end === 'fails, and says when') {
        expect(queue.failed('k', 10)).toBe(10);
      } else {
        if (end === 'is woken') queue.add('k');
        queue.done('k', 10);
        failures = 0;
      }
    }
    queue.close();
  });

  test.prop([steps], RUNS)('Q7: a wake-up does not wait for a retry', (steps) => {
    const { timers, queue } = newQueue();
    for (const step of steps) {
      if (step.do === 'add') queue.add(step.key);
      if (step.do === 'pass') timers.advance(step.millis);
      if (step.do === 'take') {
        const key = queue.take()?.key;
        if (key === undefined) continue;
        queue.failed(key);
        queue.add(key);
        const line: string[] = [];
        for (let next = queue.take(); next !== undefined; next = queue.take()) line.push(next.key);
        expect(line).toContain(key);
        for (const next of line) queue.done(next);
      }
    }
    queue.close();
  });
});
