import type { Pointer } from '@cosi-ts/resources';
import { VersionConflictError } from './errors.ts';
import type { State, WriteOptions } from './state.ts';

/** {@link State.teardown} for a backend that has only reads and updates. */
export async function teardownByUpdate(
  state: Pick<State, 'get' | 'update'>,
  pointer: Pointer,
  options?: WriteOptions,
): Promise<boolean> {
  for (;;) {
    const { metadata, spec } = await state.get(pointer);
    if (metadata.phase !== 'tearingDown') {
      try {
        await state.update({ metadata: { ...metadata, phase: 'tearingDown' }, spec }, options);
      } catch (thrown) {
        if (!(thrown instanceof VersionConflictError)) throw thrown;
        continue;
      }
    }
    return metadata.finalizers.length === 0;
  }
}
