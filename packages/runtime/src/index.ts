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

export {
  destroyReady,
  exclusive,
  mapped,
  mappedDestroyReady,
  primary,
  shared,
  strong,
  weak,
  type Input,
  type InputKind,
  type Output,
  type OutputKind,
  type PortDeclaration,
  type PortDeclarations,
  type PortOf,
  type PortsOf,
} from './controller/ports.ts';
export {
  defineController,
  defineQueueController,
  type Controller,
  type KeyMapper,
  type ReconcileContext,
  type ReconcileResult,
  type Run,
  type StartContext,
} from './controller/controller.ts';
export { RegistrationError, type DependencyEdge } from './controller/database.ts';
export { ControllerRuntime, type ControllerRuntimeOptions } from './controller/runtime.ts';
export { transform } from './controller/operators/transform.ts';
export { merge } from './controller/operators/merge.ts';
