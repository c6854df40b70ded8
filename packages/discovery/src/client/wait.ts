import { abortReason, type Owner, type Table, type Timers } from '@cosi-ts/core';

export interface WaitOptions {
  readonly owner: Owner;
  readonly timers: Timers;
  readonly signal: AbortSignal;
}

/**
 * Resolves when the table changes after `since`, or `millis` milliseconds have passed.
 *
 * @throws the signal's reason if it is aborted before
 */
export function changeOrTime<V>(table: Table<V>, since: number, millis: number, options: WaitOptions): Promise<void> {
  const { owner, timers, signal } = options;
  const waiting = new Promise<void>((resolve, reject) => {
    if (signal.aborted) {
      reject(abortReason(signal));
      return;
    }
    const cursor = table.changes(since);
    const finish = (): void => {
      timer.cancel();
      signal.removeEventListener('abort', abort);
      cursor.close();
      resolve();
    };
    const abort = (): void => {
      reject(abortReason(signal));
      finish();
    };
    const timer = timers.after(millis, finish, { background: true });
    signal.addEventListener('abort', abort, { once: true });
    cursor.onReady(finish);
  });
  return owner.guard(waiting);
}
