export { simulate, SimulationError, type SimulationOptions, type SimulationResult } from './simulation/simulate.ts';
export type { Limits, NodeOptions, Simulation, Span } from './simulation/simulation.ts';
export type { SimWatch } from './simulation/network/sim-watch.ts';
export type { Program, SimNode, Start } from './simulation/sim-node.ts';
export type { FaultKind } from './simulation/faults.ts';
export type { LogLine } from './simulation/virtual-logger.ts';
export { EscapeError } from './simulation/outside/escape.ts';
export { StuckError } from './simulation/driver.ts';
export { Tape, TapeMismatchError, type Draw, type TapeSource } from './simulation/tape.ts';
export { formatReplay, parseReplay, type Replay } from './simulation/replay.ts';
export { AlwaysError, type Count } from './simulation/checks.ts';
export { campaign, CampaignError, type CampaignOptions, type CampaignReport } from './campaign/campaign.ts';
export { arbitraryOf, type SpecTemper } from './arbitrary/arbitrary-of.ts';

export type { ConformanceCase, KnownGaps } from './conformance/case.ts';
export { filesConformance, type FilesSubject } from './conformance/files.ts';
export { rpcConformance, type RpcSubject } from './conformance/rpc.ts';
export { stateConformance } from './conformance/state/state-conformance.ts';
export { runtimeConformance, type RuntimeConformanceOptions } from './conformance/runtime/runtime-conformance.ts';
export type { MakeRuntime, RuntimeConditions, RuntimeSubject } from './conformance/runtime/subject.ts';

export type { Call, History, Operation, Outcome, Violation, WatchBatch, WatchRecord } from './history/history.ts';
export { Recorder } from './history/recorder.ts';
export { distantState } from './history/distant.ts';
export { exercise, type ExerciseOptions } from './history/exercise.ts';
export { watchContract } from './history/watch-contract.ts';
export type { ContractOptions } from './history/laws/order.ts';
export { linearizable } from './history/linearizable.ts';

export {
  PerturbationError,
  ReferenceError,
  assertUnperturbed,
  perturb,
  type PerturbOptions,
  type PerturbReport,
  type PlanFailure,
} from './perturbation/perturb.ts';
export {
  assertOrderless,
  exploreOrders,
  OrderError,
  type ExploreOptions,
  type OrderReport,
  type Schedule,
} from './perturbation/explore-orders.ts';
export { observeResource } from './perturbation/outcome.ts';
export { describePlan, type Plan } from './perturbation/plan.ts';
export { InjectedError } from './perturbation/disturbed-gate.ts';
export type { Change, Controllers, Scenario } from './perturbation/scenario.ts';
export type { Regressions } from './perturbation/regression-file.ts';
export { LivelockError } from './perturbation/livelock.ts';
export {
  PathError,
  assertPathIndependent,
  chainsOf,
  sameAsUndisturbed,
  type Declarative,
} from './perturbation/desired-states.ts';
export { ReconcileError, reconcileEventuallyAndStably, reconcileOnce, type Desired } from './perturbation/reconcile.ts';
export { reconcileMatchers } from './perturbation/matchers.ts';
export { decisionsOf, shrinkChoices } from './perturbation/shrink.ts';
