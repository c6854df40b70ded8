import { expect, test } from 'vitest';
import type { Host } from '../host/host.ts';
import { keepRunning } from './keep-running.ts';

/** Time that jumps to the next timer; no jitter: the first delays are 500, 750, 1125 ms. */
function newHost() {
  let now = 0;
  const host: Pick<Host, 'clock' | 'timers' | 'random'> = {
    clock: { now: () => '' as never, millis: () => now, monotonic: () => now },
    random: { bytes: (length) => new Uint8Array(length), uniform: () => 0.5 },
    timers: {
      after(millis, fire) {
        queueMicrotask(() => {
          now += millis;
          fire();
        });
        return { cancel: () => undefined };
      },
    },
  };
  return { host, pass: (millis: number) => void (now += millis) };
}

test('starts again what fails, later each time, until it returns', async () => {
  const { host } = newHost();
  const delays: number[] = [];
  let runs = 0;
  const failed = (_thrown: unknown, restartIn: number): void => void delays.push(restartIn);
  const work = (): Promise<void> => {
    runs += 1;
    if (runs === 1) throw new Error('not even a promise');
    return runs < 4 ? Promise.reject(new DOMException('somebody else’s', 'AbortError')) : Promise.resolve();
  };
  await keepRunning(work, { host, signal: new AbortController().signal, failed });
  expect([runs, delays]).toEqual([4, [500, 750, 1125]]);
});

test('begins anew with its backoff after it went well for long', async () => {
  const { host, pass } = newHost();
  const delays: number[] = [];
  let runs = 0;
  const work = (): Promise<void> => {
    runs += 1;
    if (runs === 3) pass(60_001);
    return runs < 5 ? Promise.reject(new Error('no')) : Promise.resolve();
  };
  const failed = (_thrown: unknown, restartIn: number): void => void delays.push(restartIn);
  await keepRunning(work, { host, signal: new AbortController().signal, failed, steady: 60_000 });
  expect(delays).toEqual([500, 750, 500, 750]);
});

test('ends with its signal, whether it works or waits', async () => {
  for (const when of ['working', 'waiting']) {
    const { host } = newHost();
    const controller = new AbortController();
    const { signal } = controller;
    let failures = 0;
    const work = async (): Promise<void> => {
      if (when === 'working') controller.abort();
      signal.throwIfAborted();
      throw new Error('no');
    };
    const failed = (): void => {
      failures += 1;
      controller.abort();
    };
    await keepRunning(work, { host, signal, failed });
    expect(failures).toBe(when === 'working' ? 0 : 1);
  }
});
