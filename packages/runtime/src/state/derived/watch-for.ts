import { abortReason } from '@cosi-ts/core';
import { isTombstone, type Phase, type Pointer, type Resource } from '@cosi-ts/resources';
import { WatchEndedError } from '../errors.ts';
import type { State } from '../state.ts';
import type { WatchEvent } from '../watch.ts';
import { watchUntil } from './watch-until.ts';

/** What is waited for: all that is given must hold of one event. */
export interface WatchForConditions {
  readonly types?: readonly ('created' | 'updated' | 'destroyed')[] | undefined;
  /** What it throws ends the wait. Never asked about a resource that is not there. */
  readonly condition?: ((resource: Resource) => boolean) | undefined;
  /** Nobody holds the resource, and it is there. */
  readonly finalizersEmpty?: boolean | undefined;
  readonly phases?: readonly Phase[] | undefined;
}

/**
 * Waits until a resource is as it shall be, beginning with what it is now. With no conditions that is at once; a resource
 * that is not there has no phase, and meets only what asks for destruction.
 *
 * @returns the resource as it was then; a tombstone if it was not there.
 * @throws the signal's reason, the error that ends the watch, what the condition throws
 */
export async function watchFor(
  state: Pick<State, 'watch'>,
  pointer: Pointer,
  conditions: WatchForConditions = {},
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Resource> {
  const { signal } = options;
  signal?.throwIfAborted();
  await using watch = await watchUntil(state, pointer, signal);
  for await (const batch of watch) {
    for (const event of batch) {
      if (event.type === 'errored') throw event.error;
      if (meets(event, conditions)) return event.resource;
    }
  }
  throw signal?.aborted === true ? abortReason(signal) : new WatchEndedError(pointer);
}

function meets(event: Exclude<WatchEvent, { type: 'errored' }>, conditions: WatchForConditions): boolean {
  const { type, resource } = event;
  if (type === 'bootstrapped' || type === 'noop') return false;
  const { types, phases, condition, finalizersEmpty } = conditions;
  if (types !== undefined && !types.includes(type)) return false;
  const asksAboutIt = phases !== undefined || condition !== undefined || finalizersEmpty === true;
  if (isTombstone(resource)) return !asksAboutIt || (types?.includes('destroyed') === true && condition === undefined);
  const { phase, finalizers } = resource.metadata;
  if (finalizersEmpty === true && (type === 'destroyed' || finalizers.length > 0)) return false;
  return (phases?.includes(phase) ?? true) && (condition?.(resource) ?? true);
}
