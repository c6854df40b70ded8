import { CodedError, abbreviated, type Bytes } from '@cosi-ts/core';
import {
  UNDEFINED_VERSION,
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

  constructor(pointer: Pointer, message = `resource ${referenceText(unversioned(pointer))} doesn't exist`) {
    super(message, pointer);
  }
}

function unversioned({ namespace, type, id }: Pointer): Pointer & { readonly version: Version } {
  return { namespace, type, id, version: UNDEFINED_VERSION };
}

/** The common ground of what a retry on fresh data may cure. */
export abstract class ConflictError extends StateError {}

export class AlreadyExistsError extends ConflictError {
  readonly code = 'already-exists';

  constructor(
    pointer: Pointer & { readonly version: Version },
    message = `resource ${referenceText(pointer)} already exists`,
  ) {
    super(message, pointer);
  }
}

export class VersionConflictError extends ConflictError {
  readonly code = 'version-conflict';

  constructor(
    given: Metadata,
    stored: Version,
    message = `resource ${referenceText(given)} update conflict: expected version "${formatVersion(given.version)}", ` +
      `actual version "${formatVersion(stored)}"`,
  ) {
    super(message, given);
  }
}

export class OwnerConflictError extends ConflictError {
  readonly code = 'owner-conflict';

  constructor(
    stored: Metadata,
    message = `resource ${referenceText(stored)} is owned by "${abbreviated(stored.owner)}"`,
  ) {
    super(message, stored);
  }
}

export class PhaseConflictError extends ConflictError {
  readonly code = 'phase-conflict';

  constructor(
    stored: Metadata,
    expected: Phase,
    message = `resource ${referenceText(stored)} is not in phase ${expected}`,
  ) {
    super(message, stored);
  }
}

export class PendingFinalizersError extends ConflictError {
  readonly code = 'pending-finalizers';

  constructor(
    stored: Metadata,
    message = `resource ${referenceText(stored)} has pending finalizers &[${abbreviated(stored.finalizers.join(' '))}]`,
  ) {
    super(message, stored);
  }
}

/** What a transaction was decided on has changed meanwhile. */
export class StaleReadError extends ConflictError {
  readonly code = 'stale-read';

  constructor(pointer: Pointer, message = `${pointerText(pointer)} has changed since it was read`) {
    super(message, pointer);
  }
}

/** The new resource's metadata already names another owner than the call. */
export class OwnerAlreadySetError extends StateError {
  readonly code = 'owner-already-set';

  constructor(given: Metadata, message = `owner is already set to "${abbreviated(given.owner)}"`) {
    super(message, given);
  }
}

/** The resource itself cannot be stored: a text that is no Unicode, a version out of range. */
export class InvalidResourceError extends StateError {
  readonly code = 'invalid-resource';

  constructor(
    pointer: Pointer,
    reason: string,
    message = `resource ${pointerText(pointer)} cannot be stored: ${reason}`,
  ) {
    super(message, pointer);
  }
}

/** A transaction that makes no sense, whatever is stored. */
export class InvalidTransactionError extends StateError {
  readonly code = 'invalid-transaction';

  constructor(pointer: Pointer, reason: string, message = `transaction with ${pointerText(pointer)}: ${reason}`) {
    super(message, pointer);
  }
}

export class InvalidBookmarkError extends StateError {
  readonly code = 'invalid-bookmark';
  readonly bookmark: Bytes;

  constructor(
    bookmark: Bytes,
    reason?: string,
    message = reason === undefined ? 'invalid watch bookmark' : `invalid watch bookmark: ${reason}`,
  ) {
    super(message, undefined);
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

/** A selection of resources that cannot be evaluated: a bad regular expression, a term without its value. */
export class InvalidQueryError extends StateError {
  readonly code = 'invalid-query';

  constructor(message: string) {
    super(message, undefined);
  }
}

/** The caller may not do this. */
export class AccessDeniedError extends StateError {
  readonly code = 'access-denied';
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

/** The resource is tearing down or gone: work on its behalf has to end. */
export class TornDownError extends StateError {
  readonly code = 'torn-down';

  constructor(pointer: Pointer, message = `resource ${pointerText(pointer)} is tearing down or gone`) {
    super(message, pointer);
  }
}

/** A watch ended before what was waited for came. */
export class WatchEndedError extends StateError {
  readonly code = 'watch-ended';

  constructor(pointer: Pointer, message = `the watch of ${pointerText(pointer)} ended`) {
    super(message, pointer);
  }
}

/** The backend cannot do this at all. */
export class UnsupportedError extends StateError {
  readonly code = 'unsupported';

  constructor(message: string) {
    super(message, undefined);
  }
}
