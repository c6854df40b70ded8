import { describe, expect, test } from 'vitest';
import type { TimerOptions, Timers } from '../host/host.ts';
import { sleep } from './sleep.ts';

interface Waiting {
  readonly millis: number;
  readonly options: TimerOptions | undefined;
  readonly fire: () => void;
}

/** Timers that fire when the test says so. */
function manual(): { readonly timers: Timers; readonly waiting: Set<Waiting> } {
  const waiting = new Set<Waiting>();
  const timers: Timers = {
    after(millis, run, options) {
      const timer: Waiting = {
        millis,
        options,
        fire() {
          waiting.delete(timer);
          run();
        },
      };
      waiting.add(timer);
      return { cancel: () => void waiting.delete(timer) };
    },
  };
  return { timers, waiting };
}

describe('sleep', () => {
  test('ends when its time is over, and leaves no listener', async () => {
    const { timers, waiting } = manual();
    const controller = new AbortController();
    const asleep = sleep(timers, 70, controller.signal, { background: true });
    const [timer] = waiting;
    expect(timer).toMatchObject({ millis: 70, options: { background: true } });
    timer?.fire();
    await asleep;
    controller.abort();
    await asleep;
  });

  test('ends with the reason of its signal, and leaves no timer', async () => {
    const { timers, waiting } = manual();
    const controller = new AbortController();
    const reason = new Error('enough');
    const asleep = sleep(timers, 70, controller.signal);
    controller.abort(reason);
    await expect(asleep).rejects.toBe(reason);
    expect(waiting.size).toBe(0);
  });

  test('does not begin once the signal is aborted', async () => {
    const { timers, waiting } = manual();
    await expect(sleep(timers, 70, AbortSignal.abort('no error'))).rejects.toMatchObject({ name: 'AbortError' });
    expect(waiting.size).toBe(0);
  });
});
