import type { State } from '@cosi-ts/runtime';
import { replayFromEnvironment } from '../simulation/outside/environment.ts';
import { parseReplay, type Replay } from '../simulation/replay.ts';
import { simulateReplay, SimulationError } from '../simulation/simulate.ts';
import type { Simulation } from '../simulation/simulation.ts';
import { comeToRest, untilRest } from './rest.ts';
import { RandomGate } from './random-gate.ts';
import type { Controllers, Scenario } from './scenario.ts';
import { decisionsOf, shrinkChoices } from './shrink.ts';
import { setStage } from './stage.ts';

/** What controllers shall come to, and stay at. */
export interface Desired extends Pick<Scenario, 'setting' | 'steps' | 'atRest' | 'invariant' | 'types' | 'observe'> {
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
    const size = `${decisions} ${decisions === 1 ? 'decision' : 'decisions'}`;
    super(`run ${seed} failed, and shrank to ${size}: ${failure.message}`, { cause: failure });
    this.decisions = decisions;
    this.seed = seed;
  }
}

/**
 * Eventually stable reconciliation, as Anvil defines it and as a test can check it. First the controllers are disturbed
 * while the users act: any order, crashes, lost answers, refusals. Then nothing disturbs any more and nothing changes
 * what is desired: within the bound the state must match, and stay so without another write when every controller is
 * started anew. A state that is come back to again and again by then is a livelock, and the controllers in it are named.
 *
 * With `COSI_REPLAY` in the environment that run alone is made, as often as one is asked for.
 * @throws ReconcileError
 */
export async function reconcileEventuallyAndStably(controllers: Controllers, desired: Desired): Promise<void> {
  const { runs = 100, seed: first = 0 } = desired;
  const line = replayFromEnvironment();
  if (line !== undefined) {
    const replayed = await failureOf(controllers, desired, parseReplay(line));
    if (replayed !== undefined) throw replayed;
    return;
  }
  for (let seed = first; seed < first + runs; seed += 1) {
    const failure = await failureOf(controllers, desired, { seed });
    if (failure === undefined) continue;
    const kind = kindOf(failure);
    const smallest = await shrinkChoices(failure.choices, async (choices) => {
      const smaller = await failureOf(controllers, desired, { seed, choices });
      return smaller !== undefined && kindOf(smaller) === kind;
    });
    const story = (await failureOf(controllers, desired, { seed, choices: smallest })) ?? failure;
    throw new ReconcileError(story, decisionsOf(smallest), seed);
  }
}

async function failureOf(
  controllers: Controllers,
  desired: Desired,
  run: Replay,
): Promise<SimulationError | undefined> {
  try {
    await simulateReplay(run, {}, (sim) => reconcileOnce(sim, controllers, desired));
    return undefined;
  } catch (thrown) {
    if (thrown instanceof SimulationError) return thrown;
    throw thrown;
  }
}

/** Simulated milliseconds of disturbance after the last step. */
const DISTURBED = 3000;

/** Before a step, in simulated milliseconds; undefined: at once. */
const PAUSES = [0, 700, 1400, undefined];

/** One run of {@link reconcileEventuallyAndStably}, as a scenario for `simulate` and `campaign`. */
export async function reconcileOnce(
  sim: Simulation,
  controllers: Controllers,
  desired: Omit<Desired, 'runs' | 'seed'>,
): Promise<void> {
  const { steps, matches, atRest, within = 10 * 60_000 } = desired;
  const { state, chronicle, timers, controllers: all, run } = await setStage(sim, { ...desired, controllers });
  let gate!: RandomGate;
  const runtime = run({
    gate: (own) => (gate = new RandomGate(own, sim, timers, (name) => runtime.crash(name))),
    view: (controller) => gate.viewOf(controller, state),
  });
  for (const step of steps) {
    // What is there when a controller starts is another thing than what comes while it runs.
    const pause = PAUSES[sim.draw('pause', PAUSES.length)];
    if (pause !== undefined) await sim.advance(pause);
    await step(state);
  }
  // What the last step wants is disturbed like the rest.
  await sim.advance(DISTURBED);

  gate.quiet();
  sim.note('from here on nothing is disturbed, and nobody asks for anything');
  chronicle.expectRest();
  const settle = async (): Promise<void> => {
    await untilRest(sim, chronicle, () => sim.isQuiet() || chronicle.livelock !== undefined, { within });
    if (chronicle.livelock !== undefined) throw chronicle.livelock;
  };
  const rest = async (): Promise<void> => {
    await comeToRest(settle, state, atRest);
    await chronicle.check();
    const [violation] = chronicle.violations;
    if (violation !== undefined) throw new Error(violation);
  };
  await rest();
  await matches(state);
  const { observed } = chronicle;
  sim.note('every controller starts anew');
  for (const { name } of all) runtime.crash(name);
  await rest();
  await matches(state);
  const restless = chronicle.observed - observed;
  if (restless > 0) throw new Error(`at rest, controllers that start anew still write (${restless} times)`);
}

/** What went wrong, without what differs between two runs that fail alike. */
function kindOf(failure: SimulationError): string {
  const { cause } = failure;
  return cause instanceof Error
    ? `${cause.name}: ${(cause.message.split('\n')[0] ?? '').replaceAll(/\d+/g, 'N')}`
    : String(cause);
}
