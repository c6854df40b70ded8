import { abortReason } from '../errors/aborted.ts';
import { CodedError } from '../errors/coded-error.ts';
import type { Timers } from '../host/host.ts';

/** Something took longer than it was given. */
export class DeadlineError extends CodedError {
  readonly code = 'deadline';
}

/**
 * Gives work so many milliseconds. It is told to end by the signal that it is handed; whether it listens or not, this
 * settles then.
 *
 * @throws DeadlineError when the time is over; the outer signal's reason if that is aborted before; what the work throws
 */
export function withDeadline<T>(
  timers: Timers,
  millis: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    if (signal.aborted) {
      reject(abortReason(signal));
      return;
    }
    const ending = new AbortController();
    const end = (reason: Error): void => {
      settle();
      reject(reason);
      ending.abort(reason);
    };
    const onAbort = (): void => end(abortReason(signal));
    const overdue = (): void => end(new DeadlineError(`no answer within ${millis / 1000} s`));
    const timer = timers.after(millis, overdue, { background: true });
    const settle = (): void => {
      timer.cancel();
      signal.removeEventListener('abort', onAbort);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    work(ending.signal).then(
      (value) => {
        settle();
        resolve(value);
      },
      (thrown: unknown) => {
        settle();
        // The reason is passed on untouched, whatever it is.
        // oxlint-disable-next-line prefer-promise-reject-errors
        reject(thrown);
      },
    );
  });
}
