import type { Timestamp } from '@cosi-ts/core';
import {
  UNDEFINED_VERSION,
  nextVersion,
  type Metadata,
  type Phase,
  type Pointer,
  type Resource,
  type Version,
} from '@cosi-ts/resources';
import type { Command } from './command.ts';
import {
  AlreadyExistsError,
  NotFoundError,
  OwnerAlreadySetError,
  OwnerConflictError,
  PendingFinalizersError,
  PhaseConflictError,
  VersionConflictError,
  type StateError,
} from './errors.ts';

/**
 * The rules of the state, pure: from what is stored and what is asked to what shall be stored, or a refusal.
 * Source: the COSI runtime's in-memory state, in the order in which it checks.
 */
export type Decision = Resource | StateError;

/** Asked of every write: quicker than to look through the classes of what is none, and it makes known that it has metadata. */
export function isRefusal(decision: Resource | Error): decision is Error {
  return (decision as Partial<Resource>).metadata === undefined;
}

/** @param version what a new resource of its kind begins with. */
export function decide(command: Command, stored: Resource | undefined, version: Version, now: Timestamp): Decision {
  const owner = command.owner ?? '';
  switch (command.do) {
    case 'create':
      return decideCreate(stored, command.resource, owner, version, now);
    case 'update':
      return decideUpdate(stored, command.resource, owner, command.expectedPhase ?? 'running', now);
    case 'teardown':
      return decideTeardown(stored, command.pointer, owner, now);
    case 'destroy':
      return decideDestroy(stored, command.pointer, owner);
  }
}

function decideCreate(
  stored: Resource | undefined,
  given: Resource,
  owner: string,
  version: Version,
  now: Timestamp,
): Decision {
  const { metadata } = given;
  if (metadata.owner !== '' && metadata.owner !== owner) return new OwnerAlreadySetError(metadata);
  if (stored !== undefined) {
    // What the caller names has no version yet.
    return new AlreadyExistsError({ ...pointerOf(metadata), version: UNDEFINED_VERSION });
  }
  return { metadata: metadataOf(metadata, metadata.phase, version, owner, now, now), spec: given.spec };
}

function decideUpdate(
  stored: Resource | undefined,
  given: Resource,
  owner: string,
  expectedPhase: Phase | 'any',
  now: Timestamp,
): Decision {
  const { metadata } = given;
  if (stored === undefined) return new NotFoundError(metadata);
  const old = stored.metadata;
  if (old.owner !== owner) return new OwnerConflictError(old);
  if (old.version !== metadata.version) return new VersionConflictError(metadata, old.version);
  if (expectedPhase !== 'any' && old.phase !== expectedPhase) return new PhaseConflictError(old, expectedPhase);
  // Only an unowned resource can be claimed; an owner is never dropped.
  const newOwner = old.owner === '' ? metadata.owner : old.owner;
  const version = nextVersion(old.version);
  return { metadata: metadataOf(metadata, metadata.phase, version, newOwner, old.created, now), spec: given.spec };
}

/** @returns the stored resource, which may go, or a refusal. */
function decideDestroy(stored: Resource | undefined, pointer: Pointer, owner: string): Decision {
  if (stored === undefined) return new NotFoundError(pointer);
  if (stored.metadata.owner !== owner) return new OwnerConflictError(stored.metadata);
  if (stored.metadata.finalizers.length > 0) return new PendingFinalizersError(stored.metadata);
  return stored;
}

/** @returns the stored resource itself if it is tearing down already. */
function decideTeardown(stored: Resource | undefined, pointer: Pointer, owner: string, now: Timestamp): Decision {
  if (stored === undefined) return new NotFoundError(pointer);
  if (stored.metadata.phase === 'tearingDown') return stored;
  const old = stored.metadata;
  if (old.owner !== owner) return new OwnerConflictError(old);
  const metadata = metadataOf(old, 'tearingDown', nextVersion(old.version), owner, old.created, now);
  return { metadata, spec: stored.spec };
}

/** Spelled out, since to spread what is given costs several times as much, and all metadata has one layout. */
function metadataOf(
  { namespace, type, id, finalizers, labels, annotations }: Metadata,
  phase: Phase,
  version: Version,
  owner: string,
  created: Timestamp,
  updated: Timestamp,
): Metadata {
  return { namespace, type, id, version, owner, phase, created, updated, finalizers, labels, annotations };
}

function pointerOf({ namespace, type, id }: Pointer): Pointer {
  return { namespace, type, id };
}
