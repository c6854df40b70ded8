import { CodedError, messageOf } from '@cosi-ts/core';

/**
 * Thrown by a reconcile that shall run again after a while. With a `cause` it failed, though its backoff does not
 * grow; without one it succeeded.
 */
export class RequeueError extends CodedError {
  readonly code = 'requeue';
  /** Milliseconds; 0 leaves it to the backoff. */
  readonly after: number;

  constructor(after: number, options?: ErrorOptions) {
    super(options?.cause === undefined ? `wants to run again in ${after} ms` : messageOf(options.cause), options);
    this.after = after;
  }
}

/** Thrown by a reconcile that cannot do anything yet, which is no failure: a change of its inputs wakes it again. */
export class SkipReconcileError extends CodedError {
  readonly code = 'skip-reconcile';
}

/** What became of a reconcile. */
export type Outcome =
  | { readonly kind: 'success'; readonly after?: number | undefined }
  | { readonly kind: 'skipped'; readonly reason: string; readonly after?: number | undefined }
  | { readonly kind: 'failed'; readonly error: unknown; readonly after?: number | undefined };

/**
 * What a thrown value says, also through the causes of other errors.
 * @param isAbort whether it only says that a signal ended the work, for which there will be another wake-up
 */
export function outcomeOf(thrown: unknown, isAbort: (thrown: unknown) => boolean): Outcome {
  if (isAbort(thrown)) return { kind: 'success' };
  const requeue = inChain(thrown, RequeueError);
  const after = requeue === undefined ? undefined : delayOf(requeue.after);
  const skip = inChain(thrown, SkipReconcileError);
  if (skip !== undefined) return { kind: 'skipped', reason: skip.message, after };
  if (requeue !== undefined && requeue.cause === undefined) return { kind: 'success', after };
  return { kind: 'failed', error: thrown, after };
}

/** A delay that was asked for; undefined for none: nobody may be woken without a pause by saying nonsense. */
export function delayOf(millis: number | undefined): number | undefined {
  return millis !== undefined && millis > 0 ? millis : undefined;
}

function inChain<E extends Error>(thrown: unknown, type: abstract new (...args: never[]) => E): E | undefined {
  for (let depth = 0; thrown instanceof Error && depth < 16; depth += 1) {
    if (thrown instanceof type) return thrown;
    thrown = thrown.cause;
  }
  return undefined;
}
