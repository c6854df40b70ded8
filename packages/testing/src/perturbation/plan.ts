/**
 * One perturbation of a run, as data: whoever has the plan and the scenario has the failure.
 * Source of the patterns: Sieve (OSDI '22), and ambiguous errors beside them.
 */
export type Plan =
  /** The controller dies right after its n-th write that had an effect, before it learns of it. */
  | { readonly kind: 'crash'; readonly controller: string; readonly write: number }
  /** The n-th write has its effect, and the controller is told that it failed. */
  | { readonly kind: 'lost answer'; readonly controller: string; readonly write: number }
  /** The n-th write is refused for no reason of its own, without effect. */
  | { readonly kind: 'refused'; readonly controller: string; readonly write: number }
  /**
   * What the controller is told by its n-th pull reaches it late: once all else is quiet (`steps` 0), or only after
   * so many more steps of the workload. What comes and goes meanwhile it never sees.
   */
  | { readonly kind: 'skipped'; readonly controller: string; readonly pull: number; readonly steps: number }
  /** The controller dies while nothing is to do, after a step of the workload. */
  | { readonly kind: 'restart'; readonly controller: string; readonly step: number };

/** `crash of "pods" after write 2`: a plan as people say it. */
export function describePlan(plan: Plan): string {
  switch (plan.kind) {
    case 'crash':
      return `crash of "${plan.controller}" after its write ${plan.write}`;
    case 'lost answer':
      return `"${plan.controller}" loses the answer to its write ${plan.write}`;
    case 'refused':
      return `write ${plan.write} of "${plan.controller}" is refused`;
    case 'skipped':
      return plan.steps === 0
        ? `"${plan.controller}" hears of its pull ${plan.pull} when all else is quiet`
        : `"${plan.controller}" hears of its pull ${plan.pull} ${plan.steps} step(s) later`;
    case 'restart':
      return `restart of "${plan.controller}" after step ${plan.step}`;
  }
}

/** How often what a plan can hit happened in the reference run. */
export interface Occurrences {
  readonly effectiveWrites: ReadonlyMap<string, number>;
  readonly pulls: ReadonlyMap<string, number>;
  readonly steps: number;
}

/** Every plan for a reference run: each write crashed, answered wrongly and refused, each pull delayed, each restart. */
export function enumeratePlans({ effectiveWrites, pulls, steps }: Occurrences): readonly Plan[] {
  const plans: Plan[] = [];
  for (const [controller, count] of effectiveWrites) {
    for (let write = 1; write <= count; write += 1) {
      plans.push({ kind: 'crash', controller, write });
      plans.push({ kind: 'lost answer', controller, write });
      plans.push({ kind: 'refused', controller, write });
    }
  }
  for (const [controller, count] of pulls) {
    for (let pull = 1; pull <= count; pull += 1) {
      for (let later = 0; later <= Math.min(2, steps - 1); later += 1) {
        plans.push({ kind: 'skipped', controller, pull, steps: later });
      }
    }
    for (let step = 1; step <= steps; step += 1) plans.push({ kind: 'restart', controller, step });
  }
  return plans;
}
