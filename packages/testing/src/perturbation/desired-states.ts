import type { State } from '@cosi-ts/runtime';
import fc from 'fast-check';
import { contentsOf, differences, observeResource } from './outcome.ts';
import { runScenario, type Run } from './run.ts';
import type { Scenario } from './scenario.ts';

/** Controllers whose input can be declared, whatever it was before. */
export interface Declarative<D> extends Omit<Scenario, 'steps' | 'matches'> {
  /** Makes the inputs what is desired: what users do who declare it. */
  readonly declare: (state: State, desired: D) => Promise<unknown>;
}

/** What the controllers came to depends on the way to it. */
export class PathError extends Error {
  override readonly name = 'PathError';
}

/** Chains of desired states, of two at least: each begins where the one before ended. Source: Acto (SOSP '23). */
export function chainsOf<D>(desired: fc.Arbitrary<D>, maxLength = 4): fc.Arbitrary<readonly D[]> {
  return fc.array(desired, { minLength: 2, maxLength });
}

/**
 * Two oracles that come with any chain of desired states: its end is what comes of going there at once (path
 * independence), and whoever goes back to the first comes to what the first alone comes to (rollback). Whoever is
 * compared must be at rest, and stay so.
 *
 * @throws PathError
 */
export async function assertPathIndependent<D>(subject: Declarative<D>, chain: readonly D[]): Promise<void> {
  const [first, last] = [chain[0], chain.at(-1)];
  if (first === undefined || last === undefined || chain.length < 2) return;
  await compare(subject, chain, [first, last], 'the way decides: on it');
  await compare(subject, [...chain, first], [first], 'rolled back,');
}

async function compare<D>(
  subject: Declarative<D>,
  chain: readonly D[],
  direct: readonly D[],
  what: string,
): Promise<void> {
  const [there, at] = [await endOf(subject, direct), await endOf(subject, chain)];
  const lines = differences(there.outcome, at.outcome, false);
  if (lines.length > 0) throw new PathError(`${what} ${lines.join('; ')}`);
}

function endOf<D>(subject: Declarative<D>, chain: readonly D[]): Promise<Run> {
  return restingRun({ ...subject, steps: chain.map((desired) => (state) => subject.declare(state, desired)) });
}

async function restingRun(scenario: Scenario): Promise<Run> {
  const run = await runScenario(scenario);
  const { restless } = run;
  if (restless > 0) throw new PathError(`at rest, controllers that start anew still write (${restless} times)`);
  return run;
}

/**
 * For `matches`: the end of an undisturbed run of the same scenario is what is wanted, whatever that is.
 * @returns what throws if a state is another one
 */
export async function sameAsUndisturbed(scenario: Scenario): Promise<(state: State) => Promise<void>> {
  const { outcome: expected, types } = await restingRun(scenario);
  return async (state) => {
    const end = await contentsOf(state, types, scenario.observe ?? observeResource);
    const lines = differences(expected, { end, lives: new Map() }, false);
    if (lines.length > 0) throw new Error(lines.join('; '));
  };
}
