import { isAbortOf } from '../errors/aborted.ts';
import type { Host } from '../host/host.ts';
import { Backoff } from './backoff.ts';
import { sleep } from './sleep.ts';

export interface KeepRunningOptions {
  readonly host: Pick<Host, 'clock' | 'timers' | 'random'>;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Told of each failure, and of how many milliseconds it takes until the next start. */
  readonly failed: (thrown: unknown, restartIn: number) => void;
  /** Milliseconds after which one that fails had started well, so that the backoff begins anew; never if absent. */
  readonly steady?: number;
}

/**
 * Runs work that goes on for long: what fails is started again after a backoff, until it returns by itself or the signal
 * is aborted. It never rejects.
 */
export async function keepRunning(work: () => Promise<void>, options: KeepRunningOptions): Promise<void> {
  const { signal, failed, steady = Number.POSITIVE_INFINITY } = options;
  const { clock, timers, random } = options.host;
  const backoff = new Backoff(random);
  while (!signal.aborted) {
    const startedAt = clock.monotonic();
    try {
      await work();
      return;
    } catch (thrown) {
      if (isAbortOf(signal, thrown)) return;
      if (clock.monotonic() - startedAt > steady) backoff.reset();
      const restartIn = backoff.next();
      failed(thrown, restartIn);
      await sleep(timers, restartIn, signal).catch(() => undefined);
    }
  }
}
