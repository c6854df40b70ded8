import { Bytes, CodedError, RpcError, type RpcStatusName } from '@cosi-ts/core';
import { UNDEFINED_VERSION, newMetadata, type Metadata, type Pointer } from '@cosi-ts/resources';
import {
  AccessDeniedError,
  AlreadyExistsError,
  InvalidBookmarkError,
  InvalidQueryError,
  InvalidResourceError,
  InvalidWatchOptionsError,
  NotFoundError,
  OwnerAlreadySetError,
  OwnerConflictError,
  PendingFinalizersError,
  PhaseConflictError,
  UnknownOutcomeError,
  UnsupportedError,
  VersionConflictError,
  WatchOverrunError,
  type StateError,
} from '../state/errors.ts';
import type { Operation } from './methods.ts';

/** One error of the state on the wire. */
interface Row {
  readonly code: StateError['code'];
  readonly status: RpcStatusName;
  /** The operations that answer it; all if absent. */
  readonly operations?: readonly Operation[];
  /** What its message says, where several errors share a status; nothing: any message will do. */
  readonly says?: RegExp;
  /** The error again, on the other side. */
  readonly revive: (pointer: Pointer, message: string) => StateError;
}

const WRITES: readonly Operation[] = ['Create', 'Update', 'Destroy', 'Teardown', 'TeardownAndDestroy'];
const ENDS: readonly Operation[] = ['Destroy', 'Teardown', 'TeardownAndDestroy'];

/**
 * Errors to statuses and back, in one table: the first row that fits is the one. Only status and message travel;
 * the statuses are those of the COSI runtime's server, so that its clients classify them rightly.
 */
const ROWS: readonly Row[] = [
  { code: 'not-found', status: 'NOT_FOUND', revive: (pointer, message) => new NotFoundError(pointer, message) },
  {
    code: 'already-exists',
    status: 'ALREADY_EXISTS',
    operations: ['Create'],
    revive: (pointer, message) => new AlreadyExistsError(unversioned(pointer), message),
  },
  {
    code: 'owner-already-set',
    status: 'UNKNOWN',
    operations: ['Create'],
    says: /owner is already set/,
    revive: (pointer, message) => new OwnerAlreadySetError(unversioned(pointer), message),
  },
  {
    code: 'owner-conflict',
    status: 'PERMISSION_DENIED',
    operations: WRITES,
    says: /is owned by/,
    revive: (pointer, message) => new OwnerConflictError(unversioned(pointer), message),
  },
  {
    code: 'access-denied',
    status: 'PERMISSION_DENIED',
    revive: (pointer, message) => new AccessDeniedError(message, pointer),
  },
  {
    code: 'phase-conflict',
    status: 'INVALID_ARGUMENT',
    operations: ['Update'],
    says: /is not in phase/,
    revive: (pointer, message) => new PhaseConflictError(unversioned(pointer), 'running', message),
  },
  {
    code: 'phase-conflict',
    status: 'FAILED_PRECONDITION',
    operations: ENDS,
    says: /is not in phase/,
    revive: (pointer, message) => new PhaseConflictError(unversioned(pointer), 'running', message),
  },
  {
    code: 'version-conflict',
    status: 'FAILED_PRECONDITION',
    operations: ENDS,
    says: /update conflict/,
    revive: (pointer, message) => new VersionConflictError(unversioned(pointer), UNDEFINED_VERSION, message),
  },
  {
    code: 'pending-finalizers',
    status: 'FAILED_PRECONDITION',
    operations: ENDS,
    revive: (pointer, message) => new PendingFinalizersError(unversioned(pointer), message),
  },
  {
    code: 'version-conflict',
    status: 'FAILED_PRECONDITION',
    operations: ['Update'],
    revive: (pointer, message) => new VersionConflictError(unversioned(pointer), UNDEFINED_VERSION, message),
  },
  {
    code: 'invalid-resource',
    status: 'INVALID_ARGUMENT',
    operations: WRITES,
    revive: (pointer, message) => new InvalidResourceError(pointer, '', message),
  },
  {
    code: 'invalid-bookmark',
    status: 'FAILED_PRECONDITION',
    operations: ['Watch'],
    revive: (_pointer, message) => new InvalidBookmarkError(Bytes.empty, undefined, message),
  },
  {
    code: 'invalid-query',
    status: 'INVALID_ARGUMENT',
    operations: ['List', 'Watch'],
    says: /regexp|label term/,
    revive: (_pointer, message) => new InvalidQueryError(message),
  },
  {
    code: 'invalid-watch-options',
    status: 'INVALID_ARGUMENT',
    operations: ['Watch'],
    revive: (_pointer, message) => new InvalidWatchOptionsError(message),
  },
  { code: 'unsupported', status: 'UNIMPLEMENTED', revive: (_pointer, message) => new UnsupportedError(message) },
  {
    code: 'watch-overrun',
    status: 'ABORTED',
    operations: ['Watch'],
    revive: (_pointer, message) => new WatchOverrunError(message),
  },
  {
    code: 'unknown-outcome',
    status: 'DATA_LOSS',
    revive: (pointer, message) => new UnknownOutcomeError(message, pointer),
  },
];

/** What a call answers for what was thrown. Programmer errors stay as they are: the seam hides them. */
export function toStatus(operation: Operation, thrown: unknown): unknown {
  // The caller is gone: nobody is told, but it is no failure of the server.
  if (thrown instanceof Error && thrown.name === 'AbortError') return new RpcError('CANCELLED', thrown.message);
  if (!(thrown instanceof CodedError) || thrown instanceof RpcError) return thrown;
  const row = ROWS.find(({ code, operations }) => code === thrown.code && (operations?.includes(operation) ?? true));
  return new RpcError(row?.status ?? 'UNKNOWN', thrown.message);
}

/** The error that a status stands for; the error itself if it stands for none. */
export function fromStatus(operation: Operation, pointer: Pointer, thrown: unknown): unknown {
  if (!(thrown instanceof RpcError)) return thrown;
  const row = ROWS.find(
    ({ status, operations, says }) =>
      status === thrown.status && (operations?.includes(operation) ?? true) && (says?.test(thrown.message) ?? true),
  );
  return row?.revive(pointer, thrown.message) ?? thrown;
}

/** The error of an `ERRORED` event, which has only its text. */
export function fromEventError(text: string): Error {
  if (/overrun/.test(text)) return new WatchOverrunError(text);
  if (/invalid watch bookmark/.test(text)) return new InvalidBookmarkError(Bytes.empty, undefined, text);
  return new RpcError('UNKNOWN', text);
}

/** Metadata that says no more than the pointer: the rest did not travel. */
function unversioned(pointer: Pointer): Metadata {
  return newMetadata(pointer);
}
