import type { Cause, Owner } from '@cosi-ts/core';
import type { KeyedQueue } from './keyed-queue.ts';

/**
 * The wake-ups of a controller that has a loop of its own. What comes while it is busy is merged into the next.
 * @param taken called with each
 */
export async function* wakeupsOf(
  queue: KeyedQueue,
  owner: Owner,
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
  }
}
