import {
  perturb,
  reconcileEventuallyAndStably,
  ReconcileError,
  SimulationError,
  ReferenceError,
} from '@cosi-ts/testing';
import type { Bug } from './bug.ts';

/** What the kit made of a bug. */
export interface Find {
  readonly bug: string;
  /** How many plans of {@link perturb} failed; `reference` if the undisturbed run is buggy already. */
  readonly perturb: string;
  /** How many plans struck. */
  readonly plans: number;
  /** The run of random disturbance that failed first, counted from 1; undefined if none did. */
  readonly run: number | undefined;
  /** Decisions of the smallest failing run. */
  readonly decisions: number | undefined;
}

/** Lets both ways of looking loose on a controller with a bug. */
export async function hunt(
  { name, buggy, steps, atRest, invariant, matches, within }: Bug,
  runs: number,
): Promise<Find> {
  let perturbed = '–';
  let plans = 0;
  try {
    const { failures, struck } = await perturb({ controllers: buggy, steps, atRest, invariant, matches });
    plans = struck;
    if (failures.length > 0) perturbed = String(failures.length);
  } catch (thrown) {
    if (!(thrown instanceof ReferenceError) && !(thrown instanceof SimulationError)) throw thrown;
    perturbed = 'reference';
  }
  const found = await reconcileEventuallyAndStably(buggy, {
    steps,
    atRest,
    invariant,
    matches,
    runs,
    ...(within !== undefined && { within }),
  }).then(
    () => undefined,
    (thrown: unknown) => {
      if (thrown instanceof ReconcileError) return thrown;
      throw thrown;
    },
  );
  return { bug: name, perturb: perturbed, plans, run: found && found.seed + 1, decisions: found?.decisions };
}
