import type { Resource } from '@cosi-ts/resources';
import { AlreadyExistsError, NotFoundError } from '../errors.ts';
import type { State, UpdateOptions } from '../state.ts';
import { updateWithConflicts, type ResourceChange, type SameSpec } from './update-with-conflicts.ts';

/**
 * Makes a resource what it shall be: creates it from an empty one, or changes the one there is. When it is created no
 * phase is asked for.
 *
 * @returns what it is then.
 * @throws as {@link updateWithConflicts}, but for NotFoundError
 */
export async function modifyWithResult<S>(
  state: Pick<State, 'get' | 'update' | 'create'>,
  empty: Resource<S>,
  change: ResourceChange<S>,
  options?: UpdateOptions,
  same?: SameSpec,
): Promise<Resource<S>> {
  for (;;) {
    try {
      return await updateWithConflicts(state, empty.metadata, change, options, same);
    } catch (thrown) {
      if (!(thrown instanceof NotFoundError)) throw thrown;
    }
    try {
      return (await state.create(change(empty), options)) as Resource<S>;
    } catch (thrown) {
      // Somebody else was first.
      if (!(thrown instanceof AlreadyExistsError)) throw thrown;
    }
  }
}

/** {@link modifyWithResult} for those who do not need to know. */
export async function modify<S>(
  state: Pick<State, 'get' | 'update' | 'create'>,
  empty: Resource<S>,
  change: ResourceChange<S>,
  options?: UpdateOptions,
  same?: SameSpec,
): Promise<void> {
  await modifyWithResult(state, empty, change, options, same);
}
