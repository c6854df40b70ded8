import { abortReason } from '../errors/aborted.ts';
import type { TimerOptions, Timers } from '../host/host.ts';

/** Resolves after `millis` milliseconds. @throws the signal's reason if it is aborted before. */
export function sleep(timers: Timers, millis: number, signal?: AbortSignal, options?: TimerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(abortReason(signal));
      return;
    }
    const onAbort = (): void => {
      timer.cancel();
      if (signal !== undefined) reject(abortReason(signal));
    };
    const timer = timers.after(
      millis,
      () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      },
      options,
    );
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
