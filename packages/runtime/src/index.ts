export {
  AccessDeniedError,
  AlreadyExistsError,
  ConflictError,
  InvalidBookmarkError,
  InvalidQueryError,
  InvalidResourceError,
  InvalidTransactionError,
  InvalidWatchOptionsError,
  NotFoundError,
  OwnerAlreadySetError,
  OwnerConflictError,
  PendingFinalizersError,
  PhaseConflictError,
  StaleReadError,
  StateError,
  TornDownError,
  UnknownOutcomeError,
  UnsupportedError,
  VersionConflictError,
  WatchEndedError,
  WatchOverrunError,
} from './state/errors.ts';
export type { Expectation } from './state/expectation.ts';
export type {
  Attribution,
  ListOptions,
  Origin,
  ReadOptions,
  State,
  TransactOptions,
  UpdateOptions,
  WaitOptions,
  WatchKindOptions,
  WatchOptions,
  WriteOptions,
} from './state/state.ts';
export type { Command } from './state/command.ts';
export { compileQuery, type LabelQuery, type Query, type QuerySelection } from './state/query/query.ts';
export type { LabelOperator, LabelTerm } from './state/query/label-term.ts';
export { parseQuantity } from './state/query/quantity.ts';
export { addFinalizers, removeFinalizers } from './state/derived/finalizers.ts';
export { modify, modifyWithResult } from './state/derived/modify.ts';
export { namespacedState } from './state/derived/namespaced-state.ts';
export { ownedState, type OwnedState } from './state/derived/owned-state.ts';
export { teardownSignal, type TeardownSignal } from './state/derived/teardown-signal.ts';
export { updateWithConflicts, type ResourceChange, type SameSpec } from './state/derived/update-with-conflicts.ts';
export { watchFor, type WatchForConditions } from './state/derived/watch-for.ts';
export { teardownAndDestroy } from './state/teardown-and-destroy.ts';
export { watch$, watchKind$, type ObserveOptions } from './state/watch/observable.ts';
export { eventsOf, type Watch, type WatchEvent } from './state/watch.ts';
export { MemoryState, type MemoryStateOptions } from './state/memory-state.ts';
export { openState, type OpenStateOptions } from './state/store/open-state.ts';
export type {
  BackingStore,
  DestroyedMark,
  StoreCommit,
  StoreEvent,
  StoreLoader,
  StorePosition,
} from './state/store/backing-store.ts';
export { collection, type Collection, type Finalizers, type Reader, type Writer } from './state/collection.ts';
export type { SetOptions } from './state/derived/set-resource.ts';

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
  type InputPort,
  type LoopPorts,
  type Output,
  type OutputKind,
  type OutputPort,
  type PortDeclaration,
  type PortDeclarations,
  type PortOf,
  type PortsOf,
  type QueuePorts,
} from './controller/ports.ts';
export type {
  Controller,
  HookContext,
  Keys,
  LoopContext,
  OpenPorts,
  ReconcileContext,
  ReconcileResult,
  ReconcileReturn,
  Run,
  StartContext,
} from './controller/controller.ts';
export { defineController } from './controller/loop.ts';
export { defineQueueController, type KeyMapper } from './controller/queue.ts';
export { RequeueError, SkipReconcileError, type Outcome } from './controller/outcome.ts';
export { Tasks, type TaskContext, type TasksOptions } from './controller/tasks.ts';
export { RegistrationError } from './controller/graph/database.ts';
export type { DependencyEdge } from './controller/graph/edges.ts';
export { checkGraph, type GraphFinding } from './controller/graph/check.ts';
export { dependencyDot, dependencyMermaid } from './controller/graph/render.ts';
export type {
  ControllerLoad,
  MappingEvent,
  ObservedController,
  RuntimeObserver,
  WorkEvent,
} from './controller/metrics/observer.ts';
export { prometheusObserver, type PrometheusModule } from './controller/metrics/prometheus.ts';
export { ControllerRuntime, type ControllerRuntimeOptions } from './controller/engine/runtime.ts';
export { transform } from './controller/operators/transform.ts';
export { merge } from './controller/operators/merge.ts';
export { cleanup, cleanupHandler, type CleanupHandler, type CleanupRun } from './controller/operators/cleanup.ts';
export { combine, hasNoOutputs, removeOutputs } from './controller/operators/cleanup-handlers.ts';
export { destroy } from './controller/operators/destroy.ts';
export { removeOutput, writeOutput } from './controller/operators/outputs.ts';
export { derived, type Derived, type DerivedMetadata } from './controller/operators/derived.ts';
export type { DeriveContext, Made, OperatorOptions } from './controller/operators/derive.ts';

export { stateService, type StateServiceOptions } from './api/server/state-service.ts';
export { EncodeCache } from './api/wire/encode-cache.ts';
export { remoteState, type RemoteHealing, type RemoteStateOptions } from './api/client/remote-state.ts';
export type { HealingOptions, Interruption } from './api/client/healing-watch.ts';
export { filterState, type AccessRequest, type AccessRule, type Verb } from './api/access.ts';
export { apiAccess, type AccessPolicy, type Role } from './api/access-policy.ts';
export { API_LISTEN, apiServices, type ApiServicesOptions } from './api/server/api-services.ts';
export { TALOS_API_VERSION, machineService, type NodeVersion } from './api/node/machine-service.ts';
export { inspectService, type InspectServiceOptions } from './api/node/inspect-service.ts';
export { askDependencies, askVersion, type ToldVersion } from './api/node/ask-node.ts';
export { servicesByNode, type FindServices } from './api/node/by-node.ts';
export { traceService, type TraceServiceOptions } from './api/trace/trace-service.ts';
export { remoteTrace, type ToldStep } from './api/trace/trace-client.ts';
export { traceOf, type TraceStep } from './api/trace/trace-of.ts';
