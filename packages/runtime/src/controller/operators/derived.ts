import { andThen, recovered, type Eventually } from '@cosi-ts/core';
import type { Labels, Resource } from '@cosi-ts/resources';
import { NotFoundError, OwnerConflictError, PendingFinalizersError, PhaseConflictError } from '../../state/errors.ts';
import type { OutputPort } from '../ports.ts';
import { swift } from '../port/swift.ts';

/** What an operator makes of its inputs, with labels or annotations; see {@link derived}. */
export class Derived<O> {
  readonly spec: O;
  readonly labels: Labels | undefined;
  readonly annotations: Labels | undefined;

  constructor(spec: O, { labels, annotations }: DerivedMetadata) {
    this.spec = spec;
    this.labels = labels;
    this.annotations = annotations;
  }
}

export interface DerivedMetadata {
  readonly labels?: Labels | undefined;
  readonly annotations?: Labels | undefined;
}

/** A spec with labels or annotations, to be returned by a `transform` or `merge` function. */
export function derived<O>(spec: O, metadata: DerivedMetadata): Derived<O> {
  return new Derived(spec, metadata);
}

/**
 * Writes an output that is followed: if it cannot be written now, a change of it wakes us. One that is tearing down, of
 * an earlier generation, has to go first.
 * @returns whether it is written; not if it is another's, or held
 */
export function makeOutput<O>(
  output: OutputPort<O>,
  id: string,
  current: Resource<O> | undefined,
  made: O | Derived<O>,
): Eventually<boolean> {
  if (current?.metadata.phase !== 'tearingDown') return writeOutput(output, id, current ?? null, made);
  return destroyOutput(output, id, current).then((isGone) => isGone && writeOutput(output, id, null, made));
}

function writeOutput<O>(
  output: OutputPort<O>,
  id: string,
  current: Resource<O> | null,
  made: O | Derived<O>,
): Eventually<boolean> {
  return recovered<boolean>(
    () => {
      const { set } = swift(output);
      const written =
        made instanceof Derived
          ? set(id, made.spec, { labels: made.labels, annotations: made.annotations, current })
          : set(id, made, { current });
      return andThen(written, isDone);
    },
    (thrown) => {
      // Another controller was faster, or somebody tears it down just now.
      if (thrown instanceof OwnerConflictError || thrown instanceof PhaseConflictError) return false;
      throw thrown;
    },
  );
}

function isDone(): boolean {
  return true;
}

/**
 * Destroys an output that is followed. One that is held is torn down; a change of it wakes us.
 * @returns whether it is gone
 */
export async function destroyOutput<O>(output: OutputPort<O>, id: string, current: Resource<O>): Promise<boolean> {
  try {
    if (current.metadata.finalizers.length > 0 && !(await output.teardown(id))) return false;
    await output.destroy(id);
    return true;
  } catch (thrown) {
    if (thrown instanceof NotFoundError || thrown instanceof OwnerConflictError) return true;
    if (!(thrown instanceof PendingFinalizersError)) throw thrown;
    // Somebody took hold of it just now.
    return output.teardown(id);
  }
}
