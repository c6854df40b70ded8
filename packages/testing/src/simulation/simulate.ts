import type { Count } from './checks.ts';
import { Driver, StuckError } from './driver.ts';
import { drawProfile, FAULT_KINDS, formatProfile, type FaultKind } from './faults.ts';
import { pump } from './outside/drain.ts';
import { nodeVersion, replayFromEnvironment } from './outside/environment.ts';
import { fence } from './outside/fence.ts';
import { formatReplay, parseReplay, type Replay, type Versions } from './replay.ts';
import { Simulation } from './simulation.ts';
import { Tape, type Draw } from './tape.ts';
import { Trace } from './trace.ts';
import { KIT_VERSION } from './version.ts';
import { World } from './world.ts';

export interface SimulationOptions {
  /** What chance is drawn from; 0 by default. */
  readonly seed?: number | undefined;
  /** Decisions given one by one, as a shrinker does, instead of drawn from the seed. */
  readonly choices?: readonly number[] | undefined;
  /** A replay line, in place of both; by default that of the environment's `COSI_REPLAY`, if there is one. */
  readonly replay?: string | undefined;
  /** What may go wrong: each run draws which of it does, and how often. Nothing by default. */
  readonly faults?: readonly FaultKind[] | 'all';
  /** When it begins, in milliseconds since 1970; 2022-10-12T12:00:00Z by default. */
  readonly epoch?: number;
}

/** What a run was. */
export interface SimulationResult<T> {
  readonly value: T;
  /** Equal for equal runs. */
  readonly hash: string;
  readonly steps: number;
  /** Milliseconds of simulated time. */
  readonly elapsed: number;
  readonly replay: Replay;
  /** Every decision, as a tape that replays the run without the seed's generator. */
  readonly choices: readonly number[];
  /** The same with what each was about and out of how many. */
  readonly draws: () => readonly Draw[];
  /** What it said of itself with `always`, `sometimes` and `reachable`. */
  readonly checks: ReadonlyMap<string, Readonly<Count>>;
  /** What was decided in it, and its last lines, as a failure shows them. */
  readonly story: () => string;
}

/** A scenario failed: how, how to see it again, and what happened before. The cause is the failure itself. */
export class SimulationError extends Error {
  override readonly name = 'SimulationError';
  /** A line that makes the run again. */
  readonly replay: string;
  /** Every decision of the run: where a shrinker begins. */
  readonly choices: readonly number[];
  /** The same with what each was about and out of how many. */
  readonly draws: readonly Draw[];
  /** What happened, for people: a part of the message. */
  readonly story: string;

  constructor(thrown: unknown, replay: string, draws: readonly Draw[], story: string) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    super(`${message}\n\nreplay: COSI_REPLAY='${replay}'\n${story}`, { cause: thrown });
    this.replay = replay;
    this.story = story;
    this.choices = draws.map(({ choice }) => choice);
    this.draws = draws;
  }
}

const EPOCH = 1_665_576_000_000;
const BUDGET = { within: 60 * 60_000, steps: 1_000_000 };
/** Lines of the story, and of the steps before the end. */
const STORY = 10;
const STEPS = 12;

/**
 * Runs a scenario in a world of its own: its nodes' clocks, timers, chance, files and network are simulated,
 * every choice is drawn from a tape, and the same seed gives the same run.
 *
 * @throws SimulationError if the scenario rejects, if something escapes from the code under test, or if the
 * scenario waits for what cannot happen.
 */
export function simulate<T>(
  options: SimulationOptions,
  scenario: (sim: Simulation) => Promise<T>,
): Promise<SimulationResult<T>> {
  return simulateReplay(replayOf(options), options, scenario);
}

/** {@link simulate} for who has asked the environment already: just this run. @throws SimulationError */
export async function simulateReplay<T>(
  { seed, choices, versions: recorded }: Replay,
  options: Pick<SimulationOptions, 'faults' | 'epoch'>,
  scenario: (sim: Simulation) => Promise<T>,
): Promise<SimulationResult<T>> {
  const tape = new Tape(choices === undefined ? { kind: 'seed', seed } : { kind: 'choices', choices });
  const trace = new Trace();
  const faults = drawProfile(tape, options.faults === 'all' ? FAULT_KINDS : (options.faults ?? []));
  const world = new World(tape, trace, faults);
  const driver = new Driver(world, BUDGET);
  const simulation = new Simulation(world, driver, seed, options.epoch ?? EPOCH);

  let hasBegun = false;
  const step = (): boolean => {
    if (hasBegun) return driver.step();
    hasBegun = true;
    driver.begin(() => scenario(simulation));
    return true;
  };
  await pump(
    step,
    fence((thrown) => void (world.failure ??= { thrown })),
  );
  const replay = { seed, choices };
  try {
    const value = driver.result() as T;
    return {
      value,
      hash: trace.hash,
      steps: world.steps,
      elapsed: world.now,
      replay,
      checks: simulation.checks,
      choices: tape.choices,
      draws: () => tape.draws,
      story: () => storyOf(trace, simulation).join('\n'),
    };
  } catch (thrown) {
    const versions = { kit: KIT_VERSION, node: nodeVersion() };
    const line = `${formatReplay({ ...replay, versions })} ${formatProfile(faults)}`;
    const story = [
      ...otherVersions(recorded, versions),
      ...storyOf(trace, simulation),
      ...(thrown instanceof StuckError ? [simulation.waiting()] : []),
    ];
    throw new SimulationError(thrown, line, tape.draws, story.join('\n'));
  } finally {
    for (const node of simulation.nodes.values()) node.end();
  }
}

/** What is left out if there is none of it. */
function storyOf(trace: Trace, simulation: Simulation): readonly string[] {
  return [
    ...section('what happened:', trace.story(STORY, simulation.remarks)),
    ...simulation.shownAtFailure(),
    ...section('the last steps:', trace.tail(STEPS)),
  ];
}

function section(title: string, text: string): readonly string[] {
  return text === '' ? [] : [title, text];
}

function otherVersions(recorded: Versions = {}, present: Versions): readonly string[] {
  const others = [
    ['the kit', recorded.kit, present.kit],
    ['Node', recorded.node, present.node],
  ].filter(([, then, now]) => then !== undefined && then !== now);
  return others.map(([what, then, now]) => `(recorded with ${then} of ${what}, replayed with ${now})`);
}

/** The options' own line, else the one that the tests were run with, else the options' seed. */
function replayOf({ seed = 0, choices, replay = replayFromEnvironment() }: SimulationOptions): Replay {
  return replay === undefined ? { seed, choices } : parseReplay(replay);
}
