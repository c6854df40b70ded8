import type { SetOptions } from '../../state/derived/set-resource.ts';
import { OwnerConflictError, PhaseConflictError } from '../../state/errors.ts';
import type { OutputPort } from '../ports.ts';

/**
 * Makes an output so, whatever an earlier run, which may have crashed anywhere, left of it: one that is tearing down
 * goes first. What belongs to another controller is left alone.
 *
 * @param controller the name under which the port writes
 * @param options its labels and annotations, which are left as they are if absent
 * @returns false if it belongs to another controller, or is tearing down and still held: then the present key is woken
 * when it goes.
 */
export async function writeOutput<S>(
  output: OutputPort<S>,
  id: string,
  spec: S,
  controller: string,
  options?: Pick<SetOptions, 'labels' | 'annotations'>,
): Promise<boolean> {
  for (let current = await output.find(id); ; current = await output.awaitRemoval(id)) {
    if (current !== undefined && current.metadata.owner !== controller) {
      current = await output.awaitRemoval(id);
      if (current !== undefined && current.metadata.owner !== controller) return false;
    }
    if (current?.metadata.phase === 'tearingDown' && !(await output.remove(id))) return false;
    try {
      await output.set(id, spec, options);
      return true;
    } catch (thrown) {
      // Another controller was faster, or somebody tears it down just now.
      if (!(thrown instanceof OwnerConflictError || thrown instanceof PhaseConflictError)) throw thrown;
    }
  }
}

/**
 * Destroys an output; one that somebody holds is torn down first. What belongs to another controller, or is not
 * there, is left alone.
 *
 * @param controller the name under which the port writes
 * @returns false if it is still held: then the present key is woken when it is let go.
 */
export async function removeOutput<S>(output: OutputPort<S>, id: string, controller: string): Promise<boolean> {
  const current = await output.find(id);
  if (current === undefined || current.metadata.owner !== controller) return true;
  try {
    return await output.remove(id);
  } catch (thrown) {
    // Another controller was quicker to destroy it and to make it its own.
    if (thrown instanceof OwnerConflictError) return true;
    throw thrown;
  }
}
