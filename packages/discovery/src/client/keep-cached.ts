import { sleep } from '@cosi-ts/core';
import { writeCache, type CacheFile } from './cache.ts';
import type { KnownAffiliates } from './known-affiliates.ts';
import { changeOrTime, type WaitOptions } from './wait.ts';

export interface KeepCachedOptions extends WaitOptions {
  readonly file: CacheFile;
  readonly known: KnownAffiliates;
  /** Milliseconds. */
  readonly ttl: number;
}

/** What changes in a burst is one write. */
const PAUSE = 1000;
/** Everything is written at each change: the more there is the less often, so that a change costs the same. */
const PAUSE_PER_AFFILIATE = 10;

/**
 * Keeps the file as new as what is known: soon after each change, now and then in between since its expiry moves on
 * while the watch is healthy, and once more at the end.
 */
export async function keepCached(options: KeepCachedOptions): Promise<void> {
  const { known, ttl, timers, signal, file } = options;
  for (let written = 0; !signal.aborted;) {
    try {
      await changeOrTime(known.table, written, ttl / 4, options);
      await sleep(timers, Math.max(PAUSE, known.table.size * PAUSE_PER_AFFILIATE), signal, { background: true });
    } catch (thrown) {
      if (!signal.aborted) throw thrown;
    }
    // A file that could not be read is not overwritten with nothing.
    if (known.table.position === 0) continue;
    written = known.table.position;
    const affiliates = known.table.list().map(({ id, sealed }) => ({ ...sealed, timeLeft: known.timeLeft(id) ?? ttl }));
    await writeCache(file, affiliates);
  }
}
