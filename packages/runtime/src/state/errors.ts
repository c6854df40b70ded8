import { CodedError, type Bytes } from '@cosi-ts/core';
import {
  formatVersion,
  pointerText,
  referenceText,
  type Metadata,
  type Phase,
  type Pointer,
  type Version,
} from '@cosi-ts/resources';

/** An expected refusal of the state: which rule, and about which resource. */
export abstract class StateError extends CodedError {
  /** What it is about; undefined only for errors that concern a whole watch. */
  readonly pointer: Pointer | undefined;

  constructor(message: string, pointer: Pointer | undefined) {
    super(message);
    this.pointer = pointer;
  }
}

export class NotFoundError extends StateError {
  readonly code = 'not-found';

  constructor(
    pointer: Pointer,
    message = `resource ${pointer.type}(${pointer.namespace}/${pointer.id}@undefined) doesn't exist`,
  ) {
    super(message, pointer);
  }
}

/** The common ground of what a retry on fresh data may cure. */
export abstract class ConflictError extends StateError {}

export class AlreadyExistsError extends ConflictError {
  readonly code = 'already-exists';

  constructor(pointer: Pointer & { readonly version: Version }) {
    super(`resource ${referenceText(pointer)} already exists`, pointer);
  }
}

export class VersionConflictError extends ConflictError {
  readonly code = 'version-conflict';

  constructor(given: Metadata, stored: Version) {
    super(
      `resource ${referenceText(given)} update conflict: expected version "${formatVersion(given.version)}", ` +
        `actual version "${formatVersion(stored)}"`,
      given,
    );
  }
}

export class OwnerConflictError extends ConflictError {
  readonly code = 'owner-conflict';

  constructor(stored: Metadata) {
    super(`resource ${referenceText(stored)} is owned by "${stored.owner}"`, stored);
  }
}

export class PhaseConflictError extends ConflictError {
  readonly code = 'phase-conflict';

  constructor(stored: Metadata, expected: Phase) {
    super(`resource ${referenceText(stored)} is not in phase ${expected}`, stored);
  }
}

export class PendingFinalizersError extends ConflictError {
  readonly code = 'pending-finalizers';

  constructor(stored: Metadata) {
    super(`resource ${referenceText(stored)} has pending finalizers &[${stored.finalizers.join(' ')}]`, stored);
  }
}

/** The new resource's metadata already names another owner than the call. */
export class OwnerAlreadySetError extends StateError {
  readonly code = 'owner-already-set';

  constructor(given: Metadata) {
    super(`owner is already set to "${given.owner}"`, given);
  }
}

/** The resource itself cannot be stored: a text that is no Unicode, a version out of range. */
export class InvalidResourceError extends StateError {
  readonly code = 'invalid-resource';

  constructor(pointer: Pointer, reason: string) {
    super(`resource ${pointerText(pointer)} cannot be stored: ${reason}`, pointer);
  }
}

export class InvalidBookmarkError extends StateError {
  readonly code = 'invalid-bookmark';
  readonly bookmark: Bytes;

  constructor(bookmark: Bytes, reason?: string) {
    super(reason === undefined ? 'invalid watch bookmark' : `invalid watch bookmark: ${reason}`, undefined);
    this.bookmark = bookmark;
  }
}

/** Watch options that exclude each other. */
export class InvalidWatchOptionsError extends StateError {
  readonly code = 'invalid-watch-options';

  constructor(message: string) {
    super(message, undefined);
  }
}

/** Events were lost to a watch, since its reader was too slow. */
export class WatchOverrunError extends StateError {
  readonly code = 'watch-overrun';

  constructor(message: string) {
    super(message, undefined);
  }
}

/** The backend cannot say whether the write happened: it has stopped, and must be opened anew. */
export class UnknownOutcomeError extends StateError {
  readonly code = 'unknown-outcome';
}

/** The backend cannot do this at all. */
export class UnsupportedError extends StateError {
  readonly code = 'unsupported';

  constructor(message: string) {
    super(message, undefined);
  }
}
