export {
  AlreadyExistsError,
  ConflictError,
  InvalidBookmarkError,
  InvalidResourceError,
  InvalidWatchOptionsError,
  NotFoundError,
  OwnerAlreadySetError,
  OwnerConflictError,
  PendingFinalizersError,
  PhaseConflictError,
  StateError,
  UnknownOutcomeError,
  UnsupportedError,
  VersionConflictError,
  WatchOverrunError,
} from './state/errors.ts';
export type {
  Attribution,
  ListOptions,
  State,
  UpdateOptions,
  WatchKindOptions,
  WatchOptions,
  WriteOptions,
} from './state/state.ts';
export type { Query } from './state/query.ts';
export { eventsOf, type Watch, type WatchEvent } from './state/watch.ts';
export { MemoryState, type MemoryStateOptions } from './state/memory-state.ts';
export type { TypeLookup } from './state/kinds.ts';
export {
  collection,
  type Collection,
  type Finalizers,
  type Reader,
  type SetOptions,
  type Writer,
} from './state/collection.ts';
