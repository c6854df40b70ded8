import { abortReason } from '@cosi-ts/core';
import type { Pointer } from '@cosi-ts/resources';
import { watchUntil } from './derived/watch-until.ts';
import { NotFoundError, PendingFinalizersError } from './errors.ts';
import type { State, WaitOptions } from './state.ts';

/**
 * Tears a resource down, waits until nobody holds it any more, and destroys it. That somebody else destroys it
 * meanwhile is success.
 *
 * @throws NotFoundError if there is nothing to begin with, OwnerConflictError, the signal's reason.
 */
export async function teardownAndDestroy(state: State, pointer: Pointer, options: WaitOptions = {}): Promise<void> {
  if (state.teardownAndDestroy !== undefined) return state.teardownAndDestroy(pointer, options);
  let isFree = await state.teardown(pointer, options);
  for (;;) {
    if (!isFree && (await becomesFree(state, pointer, options.signal)) === 'gone') return;
    try {
      return await state.destroy(pointer, options);
    } catch (thrown) {
      if (thrown instanceof NotFoundError) return;
      // Somebody took hold of it again just now.
      if (!(thrown instanceof PendingFinalizersError)) throw thrown;
      isFree = false;
    }
  }
}

async function becomesFree(state: State, pointer: Pointer, signal: AbortSignal | undefined): Promise<'free' | 'gone'> {
  await using watch = await watchUntil(state, pointer, signal);
  for await (const batch of watch) {
    // Whatever came before, the newest is what would be destroyed.
    if (batch.some(({ type }) => type === 'destroyed')) return 'gone';
    const event = batch.at(-1);
    if (event?.type === 'errored') throw event.error;
    if (event === undefined) continue;
    const { phase, finalizers } = event.resource.metadata;
    // A running one is another one of that name: ours is gone.
    if (phase === 'running') return 'gone';
    if (finalizers.length === 0) return 'free';
  }
  throw signal?.aborted === true ? abortReason(signal) : new NotFoundError(pointer);
}
