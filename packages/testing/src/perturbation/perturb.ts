import { differences } from './outcome.ts';
import { describePlan, enumeratePlans, type Plan } from './plan.ts';
import { runScenario, type Run } from './run.ts';
import type { Scenario } from './scenario.ts';

/** A plan under which the controllers did not come to what they come to undisturbed. */
export interface PlanFailure {
  readonly plan: Plan;
  /** What was wrong, a line each. */
  readonly reasons: readonly string[];
}

export interface PerturbReport {
  /** Plans that were run and did strike. */
  readonly struck: number;
  readonly failures: readonly PlanFailure[];
}

/** The undisturbed run itself is wrong: it does not rest, or is not the same twice. */
export class ReferenceError extends Error {
  override readonly name = 'ReferenceError';
}

/** Some plans failed; the message says which and how, for people. */
export class PerturbationError extends Error {
  override readonly name = 'PerturbationError';
  readonly failures: readonly PlanFailure[];

  constructor({ struck, failures }: PerturbReport) {
    super(
      `${failures.length} of ${struck} perturbations led elsewhere:\n\n${failures.map(describeFailure).join('\n\n')}`,
    );
    this.failures = failures;
  }
}

/**
 * Records one undisturbed run of a scenario, makes every plan that it allows (a crash after each write, a lost answer,
 * a refusal, a delayed pull, a restart), runs them all, and holds each against the undisturbed one: the end, what was
 * created and destroyed on the way, and that everything stays at rest when all controllers are started anew.
 */
export async function perturb(
  scenario: Scenario,
  options: { readonly plans?: readonly Plan[] } = {},
): Promise<PerturbReport> {
  const reference = await referenceOf(scenario);
  const plans = options.plans ?? enumeratePlans(reference.occurrences);
  const failures: PlanFailure[] = [];
  let struck = 0;
  for (const plan of plans) {
    const { reasons, hasStruck } = await judge(scenario, plan, reference);
    if (hasStruck) struck += 1;
    if (reasons.length > 0) failures.push({ plan, reasons });
  }
  return { struck, failures };
}

/** As {@link perturb}, but throws if any plan fails. */
export async function assertUnperturbed(
  scenario: Scenario,
  options?: { readonly plans?: readonly Plan[] },
): Promise<void> {
  const report = await perturb(scenario, options);
  if (report.failures.length > 0) throw new PerturbationError(report);
}

async function referenceOf(scenario: Scenario): Promise<Run> {
  const [reference, again] = [await runScenario(scenario, undefined), await runScenario(scenario, undefined)];
  const unequal = differences(reference.outcome, again.outcome, true);
  if (unequal.length > 0) throw new ReferenceError(`two undisturbed runs differ: ${unequal.join('; ')}`);
  if (reference.restless > 0) {
    throw new ReferenceError(`at rest, controllers that start anew still write (${reference.restless} commits)`);
  }
  return reference;
}

async function judge(
  scenario: Scenario,
  plan: Plan,
  reference: Run,
): Promise<{ readonly reasons: readonly string[]; readonly hasStruck: boolean }> {
  let run: Run;
  try {
    run = await runScenario(scenario, plan);
  } catch (thrown) {
    return { reasons: [firstLine(thrown)], hasStruck: true };
  }
  // Whoever is told late may never have seen what came and went: only the end counts then.
  const reasons = [...differences(reference.outcome, run.outcome, plan.kind !== 'skipped')];
  if (run.restless > 0) reasons.push(`at rest, controllers that start anew still write (${run.restless} commits)`);
  return { reasons, hasStruck: run.hasStruck };
}

function describeFailure({ plan, reasons }: PlanFailure): string {
  const shown = reasons.slice(0, 3).map((reason) => `    ${reason}`);
  if (reasons.length > 3) shown.push(`    and ${reasons.length - 3} more`);
  return `  ${describePlan(plan)}\n${shown.join('\n')}\n    plan: ${JSON.stringify(plan)}`;
}

function firstLine(thrown: unknown): string {
  return (thrown instanceof Error ? thrown.message : String(thrown)).split('\n')[0] ?? '';
}
