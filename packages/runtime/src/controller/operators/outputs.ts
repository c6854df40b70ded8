import type { Reader, SetOptions, Writer } from '../../state/collection.ts';
import { NotFoundError, OwnerConflictError, PendingFinalizersError } from '../../state/errors.ts';

/** An output port, as far as it takes to keep one of its resources as it should be. */
export type OutputPort<S> = Reader<S> & Writer<S>;

/**
 * Makes an output so, whatever an earlier run, which may have crashed anywhere, left of it: one that is tearing down
 * goes first. What belongs to another controller is left alone.
 *
 * @param controller the name under which the port writes
 * @param options its labels and annotations, which are left as they are if absent
 * @returns false if it belongs to another controller, or is tearing down and still held: then when it goes is the
 * time to try again.
 */
export async function writeOutput<S>(
  output: OutputPort<S>,
  id: string,
  spec: S,
  controller: string,
  options?: Pick<SetOptions, 'labels' | 'annotations'>,
): Promise<boolean> {
  const current = await output.find(id);
  if (current !== undefined && current.metadata.owner !== controller) return false;
  if (current?.metadata.phase === 'tearingDown') {
    if (current.metadata.finalizers.length > 0) return false;
    await output.destroy(id);
  }
  try {
    await output.set(id, spec, options);
    return true;
  } catch (thrown) {
    // Another controller was faster.
    if (thrown instanceof OwnerConflictError) return false;
    throw thrown;
  }
}

/**
 * Destroys an output; one that somebody holds is torn down first. What belongs to another controller, or is not
 * there, is left alone.
 *
 * @param controller the name under which the port writes
 * @returns false if it is still held: then when it is let go is the time to try again.
 */
export async function removeOutput<S>(output: OutputPort<S>, id: string, controller: string): Promise<boolean> {
  const current = await output.find(id);
  if (current === undefined || current.metadata.owner !== controller) return true;
  try {
    if (current.metadata.finalizers.length > 0 && !(await output.teardown(id))) return false;
    await output.destroy(id);
    return true;
  } catch (thrown) {
    // Somebody was quicker: to destroy it, or to hold it.
    if (thrown instanceof NotFoundError || thrown instanceof OwnerConflictError) return true;
    if (!(thrown instanceof PendingFinalizersError)) throw thrown;
    await output.teardown(id);
    return false;
  }
}
