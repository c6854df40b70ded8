import { andThen, recovered, type Eventually } from '@cosi-ts/core';
import { equalMetadata, type Labels, type NewMetadata, type Resource, type ResourceType } from '@cosi-ts/resources';
import { AlreadyExistsError, NotFoundError, PhaseConflictError, VersionConflictError } from '../errors.ts';
import type { State, UpdateOptions } from '../state.ts';

export interface SetOptions extends UpdateOptions {
  /** Replaces the labels; left as they are if absent. */
  readonly labels?: Labels | undefined;
  readonly annotations?: Labels | undefined;
  /** What the caller has just read there, null for nothing: it is read again only if that has changed meanwhile. */
  readonly current?: Resource | null | undefined;
}

/**
 * Makes a resource so: creates it, or replaces what differs, again and again until nobody came between. What is equal
 * already is not written again, and then nobody asks for the owner.
 *
 * @returns at once what a state gives at once
 * @param find reads it
 * @throws OwnerConflictError, PhaseConflictError
 */
export function setResource<S>(
  state: Pick<State, 'create' | 'update' | 'atOnce'>,
  type: ResourceType<S>,
  id: string,
  spec: S,
  options: SetOptions,
  find: () => Eventually<Resource<S> | undefined>,
): Eventually<Resource<S>> {
  const { labels, annotations } = options;
  const phase = options.expectedPhase ?? 'running';
  const target = state.atOnce ?? state;

  const write = (found: Resource<S> | undefined): Eventually<Resource<S>> => {
    if (found === undefined) {
      const made = type.create(id, spec, metadataWith(labels, annotations));
      return target.create(made, options) as Eventually<Resource<S>>;
    }
    if (phase !== 'any' && found.metadata.phase !== phase) throw new PhaseConflictError(found.metadata, phase);
    const wanted = withSpec(found, spec, labels, annotations);
    return isSame(type, found, wanted) ? found : (target.update(wanted, options) as Eventually<Resource<S>>);
  };

  const writeOn = (known: Resource<S> | null | undefined): Eventually<Resource<S>> =>
    recovered(
      () => (known === undefined ? andThen(find(), write) : write(known ?? undefined)),
      (thrown) => {
        const isOld = known !== undefined && known !== null && thrown instanceof PhaseConflictError;
        if (!isOld && !isRace(thrown)) throw thrown;
        return writeOn(undefined);
      },
    );

  return writeOn(options.current as Resource<S> | null | undefined);
}

/** Somebody was first: what is there now is compared and replaced like any other. */
function isRace(thrown: unknown): boolean {
  return (
    thrown instanceof AlreadyExistsError || thrown instanceof VersionConflictError || thrown instanceof NotFoundError
  );
}

function metadataWith(labels: Labels | undefined, annotations: Labels | undefined): NewMetadata | undefined {
  if (labels === undefined && annotations === undefined) return undefined;
  return { ...(labels && { labels }), ...(annotations && { annotations }) };
}

function withSpec<S>(
  { metadata }: Resource<S>,
  spec: S,
  labels: Labels | undefined,
  annotations: Labels | undefined,
): Resource<S> {
  if (labels === undefined && annotations === undefined) return { metadata, spec };
  const changed = { labels: labels ?? metadata.labels, annotations: annotations ?? metadata.annotations };
  return { metadata: { ...metadata, ...changed }, spec };
}

function isSame<S>(type: ResourceType<S>, a: Resource<S>, b: Resource<S>): boolean {
  return (a.spec === b.spec || type.spec.equals(a.spec, b.spec)) && equalMetadata(a.metadata, b.metadata);
}
