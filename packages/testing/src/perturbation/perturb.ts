import { messageOf, realHost } from '@cosi-ts/core';
import { replayFromEnvironment } from '../simulation/outside/environment.ts';
import { SimulationError, type SimulationResult } from '../simulation/simulate.ts';
import { differences } from './outcome.ts';
import { describePlan, enumeratePlans, type Plan } from './plan.ts';
import { writeRegressions, type RegressionFiles, type Regressions } from './regression-file.ts';
import { runScenario, tellScenario, type Run } from './run.ts';
import type { Scenario } from './scenario.ts';

/** A plan under which the controllers did not come to what they come to undisturbed. */
export interface PlanFailure {
  readonly plan: Plan;
  /** What was wrong, a line each. */
  readonly reasons: readonly string[];
  /** What happened, for people. */
  readonly story: string;
}

export interface PerturbOptions {
  /** Only these; by default all that the undisturbed run allows. */
  readonly plans?: readonly Plan[] | undefined;
  /** Each plan that fails becomes a test file of its own, to be kept. */
  readonly regressions?: Regressions | undefined;
  /** Where they are written; the real files by default. */
  readonly files?: RegressionFiles | undefined;
}

export interface PerturbReport {
  /** Plans that were run and did strike. */
  readonly struck: number;
  /** Plans that were left out, since nothing followed from what they keep back. */
  readonly pruned: number;
  readonly failures: readonly PlanFailure[];
  /** The test files that were written. */
  readonly written: readonly string[];
}

/** The undisturbed run itself is wrong: it does not rest, or is not the same twice. */
export class ReferenceError extends Error {
  override readonly name = 'ReferenceError';
}

/** Plans that a message tells. */
const SHOWN = 10;

/** Some plans failed; the message says which and how, for people. */
export class PerturbationError extends Error {
  override readonly name = 'PerturbationError';
  readonly failures: readonly PlanFailure[];

  constructor({ struck, failures, written }: PerturbReport) {
    const told = failures.slice(0, SHOWN).map((failure, at) => describeFailure(failure, at === 0));
    if (failures.length > SHOWN) told.push(`  and ${failures.length - SHOWN} more`);
    if (written.length > 0) told.push(`as tests to be kept: ${written.join(' ')}`);
    super(`${failures.length} of ${struck} perturbations led elsewhere:\n\n${told.join('\n\n')}`);
    this.failures = failures;
  }
}

/**
 * Records one undisturbed run of a scenario, makes every plan that it allows (a crash after each write, a lost answer,
 * a refusal, a delayed pull, an old view, a restart), runs those from which something may follow, and holds each against
 * the undisturbed one. What counts, in this order: the end; what was created and destroyed on the way; that the end is
 * what is wanted, and stays so when all controllers are started anew; the invariants; that nobody writes who crashed.
 *
 * With `COSI_REPLAY='plan=…'` in the environment that plan alone is run.
 * @throws ReferenceError
 */
export async function perturb(scenario: Scenario, options: PerturbOptions = {}): Promise<PerturbReport> {
  const reference = await referenceOf(scenario);
  const replayed = planFromEnvironment();
  const given = replayed === undefined ? options.plans : [replayed];
  const { plans, pruned } = given === undefined ? await everyPlanOf(scenario, reference) : { plans: given, pruned: 0 };
  const failures: PlanFailure[] = [];
  let struck = 0;
  for (const plan of plans) {
    const { reasons, hasStruck, story } = await judge(scenario, plan, reference);
    if (hasStruck) struck += 1;
    if (reasons.length > 0) failures.push({ plan, reasons, story: story() });
  }
  const { regressions, files } = options;
  const written =
    regressions === undefined || failures.length === 0
      ? []
      : await writeRegressions(files ?? realHost().files, regressions, failures);
  return { struck, pruned, failures, written };
}

/** As {@link perturb}, but throws if any plan fails. @throws PerturbationError, ReferenceError */
export async function assertUnperturbed(scenario: Scenario, options?: PerturbOptions): Promise<void> {
  const report = await perturb(scenario, options);
  if (report.failures.length > 0) throw new PerturbationError(report);
}

const PLAN = 'plan=';

function planFromEnvironment(): Plan | undefined {
  const line = replayFromEnvironment();
  return line?.startsWith(PLAN) === true ? (JSON.parse(line.slice(PLAN.length)) as Plan) : undefined;
}

async function referenceOf(scenario: Scenario): Promise<Run> {
  const { value: reference, story } = await undisturbed(scenario);
  const { value: again } = await undisturbed(scenario);
  const unequal = differences(reference.outcome, again.outcome, true);
  if (unequal.length > 0) throw new ReferenceError(`two undisturbed runs differ: ${unequal.join('; ')}`);
  const [wrong] = ownFaultsOf(reference);
  if (wrong !== undefined) throw new ReferenceError(`the undisturbed run is wrong already: ${wrong}\n\n${story()}`);
  return reference;
}

async function undisturbed(scenario: Scenario): Promise<SimulationResult<Run>> {
  try {
    return await tellScenario(scenario);
  } catch (thrown) {
    if (!(thrown instanceof SimulationError)) throw thrown;
    const why = `the undisturbed run fails already: ${messageOf(thrown.cause)}`;
    throw new ReferenceError(`${why}\n\n${thrown.story}`, { cause: thrown });
  }
}

/** Views are watched in a run of their own: what they cost is not what the others shall cost. */
async function everyPlanOf(scenario: Scenario, { occurrences }: Run): Promise<ReturnType<typeof enumeratePlans>> {
  const { advances } = (await runScenario(scenario, { withViews: true })).occurrences;
  return enumeratePlans({ ...occurrences, advances });
}

interface Judged {
  readonly reasons: readonly string[];
  readonly hasStruck: boolean;
  readonly story: () => string;
}

async function judge(scenario: Scenario, plan: Plan, reference: Run): Promise<Judged> {
  let told: SimulationResult<Run>;
  try {
    told = await tellScenario(scenario, { plan });
  } catch (thrown) {
    if (!(thrown instanceof SimulationError)) throw thrown;
    return { reasons: [messageOf(thrown.cause)], hasStruck: true, story: () => thrown.story };
  }
  const { value: run, story } = told;
  // Whoever is told late may never have seen what came and went: only the end counts then.
  const comparesLives = plan.kind !== 'skipped' && plan.kind !== 'stale';
  const reasons = [...differences(reference.outcome, run.outcome, comparesLives), ...ownFaultsOf(run)];
  return { reasons, hasStruck: run.hasStruck, story };
}

/** What is wrong with a run whatever another one was. */
export function ownFaultsOf({ mismatch, restless, violations, abandonedWrites }: Run): readonly string[] {
  return [
    ...(mismatch === undefined ? [] : [`at rest: ${mismatch}`]),
    ...(restless > 0 ? [`at rest, controllers that start anew still write (${restless} times)`] : []),
    ...violations.map((violation) => `an invariant did not hold: ${violation}`),
    ...abandonedWrites.map((write) => `written by one that had crashed: ${write}`),
  ];
}

function describeFailure({ plan, reasons, story }: PlanFailure, isFirst: boolean): string {
  const shown = reasons.slice(0, 3).map((reason) => indented(reason));
  if (reasons.length > 3) shown.push(`    and ${reasons.length - 3} more`);
  if (isFirst) shown.push(indented(story));
  return `  ${describePlan(plan)}\n${shown.join('\n')}\n    replay: COSI_REPLAY='${PLAN}${JSON.stringify(plan)}'`;
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
}
