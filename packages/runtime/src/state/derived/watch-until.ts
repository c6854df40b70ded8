import { abortReason } from '@cosi-ts/core';
import type { Pointer } from '@cosi-ts/resources';
import type { State } from '../state.ts';
import type { Watch } from '../watch.ts';

/**
 * Opens a watch that ends with a signal. If that comes while it is being opened it rejects with the signal's reason,
 * whatever the backend makes of it.
 */
export async function watchUntil(
  state: Pick<State, 'watch'>,
  pointer: Pointer,
  signal: AbortSignal | undefined,
): Promise<Watch> {
  try {
    return await state.watch(pointer, { signal });
  } catch (thrown) {
    throw signal?.aborted === true ? abortReason(signal) : thrown;
  }
}
