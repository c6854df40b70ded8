import type { Pointer } from '@cosi-ts/resources';
import { VersionConflictError } from '../errors.ts';
import type { Attribution, State } from '../state.ts';

/**
 * Holds a resource back from destruction. It does not matter whose it is, nor whether it is tearing down; what is held
 * already is not written again.
 *
 * @throws NotFoundError
 */
export function addFinalizers(
  state: Pick<State, 'get' | 'update'>,
  pointer: Pointer,
  added: readonly string[],
  options?: Attribution,
): Promise<void> {
  return change(state, pointer, (held) => [...new Set([...held, ...added])], options);
}

/** Lets go of it again. What is not held is not written. @throws NotFoundError */
export function removeFinalizers(
  state: Pick<State, 'get' | 'update'>,
  pointer: Pointer,
  removed: readonly string[],
  options?: Attribution,
): Promise<void> {
  const gone = new Set(removed);
  return change(state, pointer, (held) => held.filter((finalizer) => !gone.has(finalizer)), options);
}

async function change(
  state: Pick<State, 'get' | 'update'>,
  pointer: Pointer,
  next: (held: readonly string[]) => readonly string[],
  options: Attribution | undefined,
): Promise<void> {
  for (;;) {
    const { metadata, spec } = await state.get(pointer, options);
    const finalizers = next(metadata.finalizers);
    if (finalizers.length === metadata.finalizers.length) return;
    try {
      // The owner is whoever it is: finalizers belong to those who hold them.
      const resource = { metadata: { ...metadata, finalizers }, spec };
      await state.update(resource, { ...options, owner: metadata.owner, expectedPhase: 'any' });
      return;
    } catch (thrown) {
      if (!(thrown instanceof VersionConflictError)) throw thrown;
    }
  }
}
