import { ownedHost } from '@cosi-ts/core';
import { ControllerRuntime, MemoryState, type Controller, type State } from '@cosi-ts/runtime';
import { simulate, SimulationError } from '../simulation/simulate.ts';
import type { Simulation } from '../simulation/simulation.ts';
import { comeToRest } from './rest.ts';
import { RandomGate } from './random-gate.ts';
import { typesOf, type Scenario } from './scenario.ts';
import { decisionsOf, shrinkChoices } from './shrink.ts';

/** What controllers shall come to, and stay at. */
export interface Desired extends Pick<Scenario, 'steps' | 'atRest' | 'invariant' | 'types'> {
  /** Throws unless the present state is what the last step wants. */
  readonly matches: (state: State) => Promise<void>;
  /** How many runs; 100 by default. */
  readonly runs?: number;
  /** The seed of the first run; 0 by default. */
  readonly seed?: number;
  /** Simulated milliseconds within which they must come to rest; ten minutes by default. */
  readonly within?: number;
}

/** They did not: in which run, how it is seen again, and the smallest story of it. */
export class ReconcileError extends Error {
  override readonly name = 'ReconcileError';
  /** Decisions of the smallest failing run that were not boring. */
  readonly decisions: number;
  /** The seed of the run that failed first. */
  readonly seed: number;

  constructor(failure: SimulationError, decisions: number, seed: number) {
    super(`run ${seed} failed, and shrank to ${decisions} decisions: ${failure.message}`, { cause: failure });
    this.decisions = decisions;
    this.seed = seed;
  }
}

/**
 * Eventually stable reconciliation, as Anvil defines it and as a test can check it. First the controllers are disturbed
 * while the users act: any order, crashes, lost answers, refusals. Then nothing disturbs any more and nothing changes
 * what is desired: within the bound the state must match, and stay so without another write when every controller is
 * started anew.
 *
 * @throws ReconcileError
 */
export async function reconcileEventuallyAndStably(
  controllers: () => readonly Controller[],
  desired: Desired,
): Promise<void> {
  const { runs = 100, seed: first = 0 } = desired;
  for (let seed = first; seed < first + runs; seed += 1) {
    const failure = await failureOf(controllers, desired, { seed });
    if (failure === undefined) continue;
    const kind = kindOf(failure);
    const smallest = await shrinkChoices(failure.choices, async (choices) => {
      const smaller = await failureOf(controllers, desired, { choices });
      return smaller !== undefined && kindOf(smaller) === kind;
    });
    const story = (await failureOf(controllers, desired, { choices: smallest })) ?? failure;
    throw new ReconcileError(story, decisionsOf(smallest), seed);
  }
}

/** For `expect.extend(reconcileMatchers)`: `await expect(controllers).toReconcileEventuallyAndStably({ … })`. */
export const reconcileMatchers = {
  async toReconcileEventuallyAndStably(controllers: () => readonly Controller[], desired: Desired) {
    try {
      await reconcileEventuallyAndStably(controllers, desired);
      return { pass: true, message: () => 'the controllers reconcile eventually and stably' };
    } catch (thrown) {
      if (!(thrown instanceof ReconcileError)) throw thrown;
      return { pass: false, message: () => thrown.message };
    }
  },
};

async function failureOf(
  controllers: () => readonly Controller[],
  desired: Desired,
  run: { readonly seed: number } | { readonly choices: readonly number[] },
): Promise<SimulationError | undefined> {
  try {
    await simulate(run, (sim) => play(sim, controllers, desired));
    return undefined;
  } catch (thrown) {
    if (thrown instanceof SimulationError) return thrown;
    throw thrown;
  }
}

/** Simulated milliseconds of disturbance after the last step. */
const DISTURBED = 3000;

async function play(sim: Simulation, controllers: () => readonly Controller[], desired: Desired): Promise<void> {
  const { steps, matches, invariant, atRest, within = 10 * 60_000 } = desired;
  const { host, owner } = sim.node('node');
  const byName = new Map(typesOf({ ...desired, controllers }).map((type) => [type.type, type]));
  const state = new MemoryState({
    clock: host.clock,
    random: host.random,
    types: { find: (name) => byName.get(name) },
  });
  if (host.gate === undefined) throw new Error('a simulated host has a gate');
  const gate = new RandomGate(host.gate, sim, (name) => runtime.crash(name));
  const runtime = new ControllerRuntime({ state, host: { ...ownedHost(host, owner), gate }, owner });
  const all = controllers();
  for (const controller of all) runtime.register(controller);
  runtime.start();
  for (const step of steps) {
    await step(state);
    await invariant?.(state);
    await sim.advance(sim.choose('pause', 3) * 700);
  }
  // What the last step wants is disturbed like the rest.
  await sim.advance(DISTURBED);

  gate.quiet();
  const rest = async (): Promise<void> => {
    await comeToRest(() => sim.settle({ within }), state, atRest);
    await invariant?.(state);
  };
  await rest();
  await matches(state);
  const position = state.position;
  for (const { name } of all) runtime.crash(name);
  await rest();
  await matches(state);
  if (state.position !== position) {
    throw new Error(`at rest, controllers that start anew still write (${state.position - position} commits)`);
  }
}

/** What went wrong, without what differs between two runs that fail alike. */
function kindOf(failure: SimulationError): string {
  const { cause } = failure;
  return cause instanceof Error
    ? `${cause.name}: ${(cause.message.split('\n')[0] ?? '').replaceAll(/\d+/g, 'N')}`
    : String(cause);
}
