import type { Cause, Owner, Pace, Runner } from '@cosi-ts/core';
import type { KeyedQueue } from './keyed-queue.ts';

/**
 * The wake-ups of a controller that has a loop of its own. What comes while it is busy is merged into the next.
 * @param taken called with each
 */
export async function* wakeupsOf(
  queue: KeyedQueue,
  { owner, pace, worker }: { readonly owner: Owner; readonly pace: Pace; readonly worker: Runner },
  taken: (causes: readonly Cause[]) => void,
): AsyncGenerator<readonly Cause[]> {
  while (owner.isOpen) {
    const item = queue.take();
    if (item === undefined) {
      await queue.available();
      continue;
    }
    taken(item.causes);
    yield item.causes;
    queue.done(item.key);
    const turn = pace.yield(worker);
    if (turn !== undefined) await turn;
  }
}
