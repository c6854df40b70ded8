import { describe, expect, test } from 'vitest';
import type { Timers } from '../host/host.ts';
import { DeadlineError, withDeadline } from './deadline.ts';

/** Timers that fire when the test says so. */
function manual() {
  const waiting = new Set<() => void>();
  const timers: Timers = {
    after(_millis, fire) {
      waiting.add(fire);
      return { cancel: () => void waiting.delete(fire) };
    },
  };
  return { timers, waiting, fire: () => [...waiting].forEach((fire) => fire()) };
}

describe('withDeadline', () => {
  test('gives what the work gives, and leaves no timer', async () => {
    const { timers, waiting } = manual();
    const { signal } = new AbortController();
    await expect(withDeadline(timers, 10, signal, async () => 7)).resolves.toBe(7);
    await expect(withDeadline(timers, 10, signal, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(waiting.size).toBe(0);
  });

  test('ends when the time is over, and tells the work, which need not listen', async () => {
    const { timers, fire } = manual();
    let told: AbortSignal | undefined;
    const work = (signal: AbortSignal) => {
      told = signal;
      return new Promise<never>(() => undefined);
    };
    const pending = withDeadline(timers, 1500, new AbortController().signal, work);
    fire();
    await expect(pending).rejects.toEqual(new DeadlineError('no answer within 1.5 s'));
    expect(told?.aborted).toBe(true);
  });

  test('ends with the reason of its signal, before the work or in the middle of it', async () => {
    const { timers, waiting } = manual();
    const controller = new AbortController();
    const reason = new Error('enough');
    const pending = withDeadline(timers, 10, controller.signal, () => new Promise<never>(() => undefined));
    controller.abort(reason);
    await expect(pending).rejects.toBe(reason);
    await expect(withDeadline(timers, 10, controller.signal, async () => 7)).rejects.toBe(reason);
    expect(waiting.size).toBe(0);
  });
});
