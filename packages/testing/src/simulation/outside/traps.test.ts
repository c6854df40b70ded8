import { timestampFromMillis } from '@cosi-ts/core';
import { Subject } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { simulate } from '../../index.ts';

const escapes: Readonly<Record<string, () => unknown>> = {
  'Date.now': () => Date.now(),
  'new Date()': () => new Date(),
  'Date()': () => Date(),
  setTimeout: () => setTimeout(() => undefined, 1),
  setInterval: () => setInterval(() => undefined, 1),
  setImmediate: () => setImmediate(() => undefined),
  'AbortSignal.timeout': () => AbortSignal.timeout(1),
  'performance.now': () => performance.now(),
  'process.hrtime': () => process.hrtime.bigint(),
  'Math.random': () => Math.random(),
  'crypto.getRandomValues': () => crypto.getRandomValues(new Uint8Array(1)),
  'crypto.randomUUID': () => crypto.randomUUID(),
  fetch: () => fetch('http://localhost'),
};

describe('while a simulation runs', () => {
  test.each(Object.entries(escapes))('%s throws, and names its caller', async (name, reach) => {
    const running = simulate({}, async (sim) => {
      sim.node('a').host.timers.after(1, () => void reach());
      await sim.settle();
    });
    await expect(running).rejects.toThrow(`called ${name} in a simulation`);
    await expect(running).rejects.toThrow('traps.test.ts');
  });

  test('whoever catches it does not hide it', async () => {
    const running = simulate({}, async () => {
      try {
        Math.random();
      } catch {
        // A library with a fallback.
      }
    });
    await expect(running).rejects.toThrow('called Math.random in a simulation');
  });

  test('dates compute as ever', async () => {
    await simulate({}, async () => {
      expect(timestampFromMillis(0)).toBe('1970-01-01T00:00:00Z');
      expect(new Date(0)).toBeInstanceOf(Date);
      expect(new Date(2020, 1, 1).getFullYear()).toBe(2020);
      expect(Date.UTC(1970, 0, 1)).toBe(0);
    });
  });

  test('a listener that throws ends the run, not the process', async () => {
    const running = simulate({}, async (sim) => {
      const controller = new AbortController();
      controller.signal.addEventListener('abort', () => {
        throw new Error('from a listener');
      });
      controller.abort();
      await sim.settle();
    });
    await expect(running).rejects.toThrow('from a listener');
  });

  test('an error that no subscriber handles ends the run as itself', async () => {
    const running = simulate({}, async (sim) => {
      const subject = new Subject<number>();
      subject.subscribe(() => {
        throw new Error('from a subscriber');
      });
      subject.next(1);
      await sim.settle();
    });
    await expect(running).rejects.toThrow('from a subscriber');
  });
});

test('outside of its turns everything is as it was', async () => {
  const before = [Date, Math.random, setTimeout, process.nextTick, process.listeners('unhandledRejection')];
  await simulate({}, async () => undefined);
  await simulate({}, () => Promise.reject(new Error('broken'))).catch(() => undefined);
  expect([Date, Math.random, setTimeout, process.nextTick, process.listeners('unhandledRejection')]).toEqual(before);
});
