import { Bytes } from '@cosi-ts/core';
import { equalMetadata, type EncodedSpec, type Pointer, type Resource } from '@cosi-ts/resources';
import { PhaseConflictError, VersionConflictError } from '../errors.ts';
import type { State, UpdateOptions } from '../state.ts';

/** What a resource shall be, made of what it is. It may be asked again on a newer resource, so it must be repeatable. */
export type ResourceChange<S = unknown> = (current: Resource<S>) => Resource<S>;

/** Whether two specs say the same. */
export type SameSpec = (a: unknown, b: unknown) => boolean;

/**
 * Changes a resource, again and again until nobody came between. A change that changes nothing writes nothing, and then
 * nobody asks for the owner.
 *
 * @param same how specs compare; by default, only one that is the same object says the same, or one of an undeclared
 * type with the same bytes.
 * @throws NotFoundError, OwnerConflictError, PhaseConflictError, VersionConflictError if `change` sets another version, and
 * what `change` throws
 */
export async function updateWithConflicts<S = unknown>(
  state: Pick<State, 'get' | 'update'>,
  pointer: Pointer,
  change: ResourceChange<S>,
  options?: UpdateOptions,
  same: SameSpec = sameSpec,
): Promise<Resource<S>> {
  const phase = options?.expectedPhase ?? 'running';
  for (;;) {
    const current = (await state.get(pointer, options)) as Resource<S>;
    if (phase !== 'any' && current.metadata.phase !== phase) throw new PhaseConflictError(current.metadata, phase);
    const changed = change(current);
    if (isSame(changed, current, same)) return current;
    try {
      return (await state.update(changed, options)) as Resource<S>;
    } catch (thrown) {
      // A change that names a version of its own would be refused for ever.
      const isOwnFault = changed.metadata.version !== current.metadata.version;
      if (isOwnFault || !(thrown instanceof VersionConflictError)) throw thrown;
    }
  }
}

function isSame(a: Resource, b: Resource, same: SameSpec): boolean {
  return a === b || ((a.spec === b.spec || same(a.spec, b.spec)) && equalMetadata(a.metadata, b.metadata));
}

function sameSpec(a: unknown, b: unknown): boolean {
  return isEncoded(a) && isEncoded(b) && a.yaml === b.yaml && a.proto.equals(b.proto);
}

function isEncoded(spec: unknown): spec is EncodedSpec {
  return typeof spec === 'object' && spec !== null && 'proto' in spec && spec.proto instanceof Bytes && 'yaml' in spec;
}
