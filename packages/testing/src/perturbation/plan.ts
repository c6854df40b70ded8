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
  /**
   * What the controller reads of a kind stays as it was before the n-th time that it changed: until all else is quiet,
   * so many more steps pass, or the controller writes something itself. With `restart` it dies at that moment, and
   * begins anew on what is old.
   */
  | {
      readonly kind: 'stale';
      readonly controller: string;
      /** The kind: its namespace and type. */
      readonly table: string;
      readonly advance: number;
      readonly steps: number;
      readonly restart: boolean;
    }
  /** The controller dies while nothing is to do, after a step of the workload. */
  | { readonly kind: 'restart'; readonly controller: string; readonly step: number };

/** `crash of "pods" after its write 2`: a plan as people say it. */
export function describePlan(plan: Plan): string {
  switch (plan.kind) {
    case 'crash':
      return `crash of "${plan.controller}" after its write ${plan.write}`;
    case 'lost answer':
      return `"${plan.controller}" loses the answer to its write ${plan.write}`;
    case 'refused':
      return `write ${plan.write} of "${plan.controller}" is refused`;
    case 'skipped':
      return `"${plan.controller}" hears of its pull ${plan.pull} ${until(plan.steps)}`;
    case 'stale': {
      const { controller, table, advance, steps, restart } = plan;
      const who = restart ? `"${controller}" starts anew and` : `"${controller}"`;
      return `${who} does not see change ${advance} of ${table} but ${until(steps)}`;
    }
    case 'restart':
      return `restart of "${plan.controller}" after step ${plan.step}`;
  }
}

function until(steps: number): string {
  return steps === 0 ? 'when all else is quiet' : `${steps} step(s) later`;
}

/** News that reached a controller in the undisturbed run. */
export interface News {
  readonly table: string;
  /** In which step of the workload; 0: before the first. */
  readonly step: number;
  /** Whether a write that had an effect followed from it, as far as one can know. */
  readonly hasEffect: boolean;
}

/** What happened in the undisturbed run, as far as a plan can hit it: by controller. */
export interface Occurrences {
  readonly effectiveWrites: ReadonlyMap<string, number>;
  /** Pulls, in order. */
  readonly pulls: ReadonlyMap<string, readonly News[]>;
  /** Steps that its view took, in order. */
  readonly advances: ReadonlyMap<string, readonly News[]>;
  readonly steps: number;
}

/** Plans that are worth a run, and how many were left out. */
export interface Enumeration {
  readonly plans: readonly Plan[];
  /** Plans about news from which nothing followed. */
  readonly pruned: number;
}

/** Steps that news is kept back for at most. */
const LATEST = 2;

/**
 * Every plan for an undisturbed run: each write crashed, answered wrongly and refused, each pull delayed, each kind kept
 * old, each restart. News is kept back only if a write followed from it, and no longer than there are steps.
 */
export function enumeratePlans({ effectiveWrites, pulls, advances, steps }: Occurrences): Enumeration {
  const plans: Plan[] = [];
  let pruned = 0;
  const keepBack = ({ step, hasEffect }: News, plansFor: (steps: number) => readonly Plan[]): void => {
    for (let later = 0; later <= Math.min(LATEST, steps - step); later += 1) {
      const made = plansFor(later);
      if (hasEffect) plans.push(...made);
      else pruned += made.length;
    }
  };
  for (const [controller, count] of effectiveWrites) {
    for (let write = 1; write <= count; write += 1) {
      plans.push({ kind: 'crash', controller, write });
      plans.push({ kind: 'lost answer', controller, write });
      plans.push({ kind: 'refused', controller, write });
    }
  }
  for (const [controller, news] of pulls) {
    for (const [index, pulled] of news.entries()) {
      keepBack(pulled, (later) => [{ kind: 'skipped', controller, pull: index + 1, steps: later }]);
    }
    for (let step = 1; step <= steps; step += 1) plans.push({ kind: 'restart', controller, step });
  }
  for (const [controller, news] of advances) {
    const counts = new Map<string, number>();
    for (const seen of news) {
      const { table } = seen;
      const advance = (counts.get(table) ?? 0) + 1;
      counts.set(table, advance);
      keepBack(seen, (later) =>
        [true, false].map((restart) => ({ kind: 'stale', controller, table, advance, steps: later, restart })),
      );
    }
  }
  return { plans, pruned };
}
