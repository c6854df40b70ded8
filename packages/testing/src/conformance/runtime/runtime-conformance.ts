import type { FaultKind } from '../../simulation/faults.ts';
import { simulate } from '../../simulation/simulate.ts';
import { casesOf, type ConformanceCase, type KnownGaps } from '../case.ts';
import { LOOP_RULES } from './loops.ts';
import { OPERATOR_RULES } from './operators.ts';
import { HISTORIES, QUEUE_RULES } from './queues.ts';
import { REGISTRATION_RULES } from './registration.ts';
import { tryOn, type MakeRuntime, type RuntimeTrial } from './subject.ts';

export interface RuntimeConformanceOptions {
  /** What chance is drawn from; 0 by default. Another seed is another order of whatever happens at the same time. */
  readonly seed?: number;
  /** What may go wrong beside: the rules have to hold all the same. */
  readonly faults?: readonly FaultKind[];
  /** Rules that the runtime breaks; their cases fail once they hold. */
  readonly knownGaps?: KnownGaps;
}

/**
 * What every controller runtime must do: the cases of the COSI runtime's own suites ({@link COSI_RUNTIME_CASES}) with controllers of ours, each on an empty state in a simulation of its own, so that nothing waits
 * for real time. Where the original fails, on a burst that its history does not hold, ours has to catch up.
 *
 * @param make makes an empty state and a runtime on it, which has to end with the owner that it is given.
 */
export function runtimeConformance(
  make: MakeRuntime,
  { seed = 0, faults = [], knownGaps }: RuntimeConformanceOptions = {},
): readonly ConformanceCase[] {
  return casesOf(
    RULES,
    async ({ rule, history }) => {
      await simulate({ seed, faults }, (sim) => tryOn(sim, make, rule, history));
    },
    knownGaps,
  );
}

/**
 * The cases of the COSI runtime's suites (there each is called `Test…`), in their order; a rule's name begins with the case
 * that it is of. First the conformance suite of the runtime, then the other tests of its controllers that say something of
 * any runtime. All of a case's assertions are made. What differs: a wait ends when nothing is left to happen, not with a
 * time. `ControllerRuntimeMetrics` counts calls of ports: a write that has to look first is one write. `Hooks` says how
 * often an operator may work, since there are no passes over everything that a hook could come before. And where an
 * overrun ends the original (`RuntimeWatchError`), the rule `Overrun` wants it to be caught up with.
 */
export const COSI_RUNTIME_CASES = [
  'NoControllers',
  'IntToStrControllers',
  'IntToStrToSentenceControllers',
  'SumControllers',
  'SumControllersFiltered',
  'CascadingSumControllers',
  'FailingController',
  'PanickingController',
  'IntDoublerController',
  'ModifyWithResultController',
  'ControllerRuntimeMetrics',
  'QIntToStrController',
  'QFailingController',
  'QIntToStrSleepingController',

  'RuntimeCachedState',
  'ControllerOutputs',
  'ControllerDependency',
  'Export',
  'Queue',
  ...[
    'SimpleMap',
    'MapWithMissing',
    'MapWithErrors',
    'Destroy',
    'DestroyOutputFinalizers',
    'DestroyInputFinalizers',
  ].map((name) => `transform ${name}`),
  'transform DestroyReconcileTeardown',
  'transform DestroyFinalizersRecreateInput',
  'transform WithIgnoreTearingDownInputs',
  'transform WithExtraChannel',
  'transform WithOnShutdownCallback',
  'transform OutputShared',
  'transform Hooks',
  ...['SimpleMap', 'MapWithMissing', 'MapWithErrors', 'Destroy', 'DestroyOutputFinalizers'].map(
    (name) => `qtransform ${name}`,
  ),
  'qtransform DestroyFinalizersRecreateInput',
  'qtransform OutputShared',
  'qtransform DestroyOutput',
  'qtransform DestroyWithIgnoreTeardownWhile',
  'qtransform DestroyWithIgnoreTeardownUntil',
  'qtransform RemappedInput',
  'qtransform RequeueErrorBackoff',
  'qtransform MappedByLabelInput',
  'cleanup NoRemovalUntilNoOutputs',
  'cleanup NoRemovalUntilNoOutputsMultiple',
  'cleanup RemoveWithOutputs',
  'cleanup RemoveWithExtraOwners',
  'destroy Flow',
];

const ALL: Readonly<Record<string, (trial: RuntimeTrial) => Promise<void>>> = {
  ...LOOP_RULES,
  ...QUEUE_RULES,
  ...OPERATOR_RULES,
  ...REGISTRATION_RULES,
};

const RULES = Object.fromEntries(
  Object.entries(ALL).map(([name, rule]) => [name, { rule, history: HISTORIES.get(name) }]),
);
