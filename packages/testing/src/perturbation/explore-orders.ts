import { messageOf } from '@cosi-ts/core';
import { StuckError } from '../simulation/driver.ts';
import { nodeVersion, replayFromEnvironment } from '../simulation/outside/environment.ts';
import { formatReplay, parseReplay } from '../simulation/replay.ts';
import { SimulationError, type SimulationResult } from '../simulation/simulate.ts';
import { KIT_VERSION } from '../simulation/version.ts';
import type { Draw } from '../simulation/tape.ts';
import { differences } from './outcome.ts';
import { ownFaultsOf } from './perturb.ts';
import { runSchedule, type Run } from './run.ts';
import type { Controllers, Scenario } from './scenario.ts';
import { decisionsOf } from './shrink.ts';

export interface ExploreOptions {
  /** How many times in a run somebody else than the first in line may go next; 2 by default. */
  readonly deviations?: number;
  /** How many runs at most; 2000 by default. */
  readonly runs?: number;
}

/** One order of things. */
export interface Schedule {
  /** The tape: `simulate({ choices })` makes it again. */
  readonly choices: readonly number[];
  /** For `COSI_REPLAY`: makes this order again, beside the first come, first served that it is held against. */
  readonly replay: string;
  /** Where somebody else than the first in line went next. */
  readonly deviations: number;
  /** Its last lines, for people. */
  readonly story: () => string;
}

export interface OrderReport {
  /** Schedules that were run. */
  readonly runs: number;
  /** Whether those are all within the bound on deviations. */
  readonly isComplete: boolean;
  /** Different states that the controllers came to; more than one means that the order decides. */
  readonly convergedStates: number;
  /** Two schedules that come to different states, with the fewest deviations, and how those differ. */
  readonly divergence:
    | { readonly one: Schedule; readonly other: Schedule; readonly differences: readonly string[] }
    | undefined;
  /** Schedules that never came to rest, the one with the fewest deviations first. */
  readonly oscillations: readonly Schedule[];
  /** Schedules that failed otherwise, an invariant say, and how. */
  readonly failures: readonly { readonly schedule: Schedule; readonly reason: string }[];
}

/** The order decides, or some order never comes to rest or fails: the smallest that does is told, and how to see it again. */
export class OrderError extends Error {
  override readonly name = 'OrderError';
  readonly report: OrderReport;

  constructor(report: OrderReport, what: string, { deviations, story, replay }: Schedule) {
    const size = `${deviations} ${deviations === 1 ? 'decision' : 'decisions'}`;
    super(`${what}\n\nthe smallest such order, of ${size}: COSI_REPLAY='${replay}'\n${story()}`);
    this.report = report;
  }
}

/** Enough for a small scope: who is at it longer is taken for oscillating. */
const LIMITS = { within: 10 * 60_000, steps: 20_000 };

/** The first decision of a run says how much disorder there is: this is any. */
const ANY_ORDER = 3;

/**
 * Every order in which some controllers can do a workload, in small scope: each run in which, at no more than
 * `deviations` places, somebody else than the first in line goes next. Each is run once, those with fewer deviations
 * first, so that what is found first is the smallest. With `COSI_REPLAY` in the environment that order alone is run, after
 * first come, first served.
 * Source of the bound: delay-bounded scheduling; of the oracle, the number of converged states: Kamera.
 */
export async function exploreOrders(
  controllers: Controllers,
  workload: Omit<Scenario, 'controllers'>,
  { deviations: bound = 2, runs: limit = 2000 }: ExploreOptions = {},
): Promise<OrderReport> {
  const scenario: Scenario = { ...workload, controllers };
  const states: { readonly schedule: Schedule; readonly run: Run }[] = [];
  const oscillations: Schedule[] = [];
  const failures: OrderReport['failures'][number][] = [];
  const waiting: { readonly prefix: readonly number[]; readonly deviations: number }[] = [
    { prefix: [ANY_ORDER], deviations: 0 },
  ];
  const replayed = parseReplay(replayFromEnvironment() ?? '').choices;
  if (replayed !== undefined) waiting.push({ prefix: replayed, deviations: decisionsOf(replayed) - 1 });
  let runs = 0;
  for (; runs < waiting.length && runs < limit; runs += 1) {
    const { prefix, deviations } = waiting[runs] ?? { prefix: [], deviations: 0 };
    const result = await runOf(scenario, prefix);
    const schedule: Schedule = { choices: prefix, deviations, replay: lineOf(prefix), story: storyOf(result) };
    if (!(result instanceof SimulationError)) {
      const { value } = result;
      const isKnown = states.some(({ run }) => differences(run.outcome, value.outcome, false).length === 0);
      if (!isKnown) states.push({ schedule, run: value });
      const [fault] = ownFaultsOf(value);
      if (fault !== undefined) failures.push({ schedule, reason: fault });
    } else if (result.cause instanceof StuckError) oscillations.push(schedule);
    else failures.push({ schedule, reason: result.message.split('\n')[0] ?? '' });
    if (deviations >= bound || replayed !== undefined) continue;
    const draws = result instanceof SimulationError ? result.draws : result.draws();
    for (const next of deviationsOf(prefix, draws)) {
      // One more than can be run tells that not all were.
      if (waiting.length > limit) break;
      waiting.push({ prefix: next, deviations: deviations + 1 });
    }
  }
  const [one, other] = states;
  return {
    runs,
    isComplete: runs === waiting.length && replayed === undefined,
    convergedStates: states.length,
    divergence: one &&
      other && {
        one: one.schedule,
        other: other.schedule,
        differences: differences(one.run.outcome, other.run.outcome, false),
      },
    oscillations,
    failures,
  };
}

/**
 * As {@link exploreOrders}, but throws if the order decides what the controllers come to, if they do not rest in some order,
 * or if one fails otherwise.
 * @throws OrderError
 */
export async function assertOrderless(
  controllers: Controllers,
  workload: Omit<Scenario, 'controllers'>,
  options?: ExploreOptions,
): Promise<void> {
  const report = await exploreOrders(controllers, workload, options);
  const { runs, convergedStates, divergence, oscillations, failures } = report;
  const [failure] = failures;
  const [endless] = oscillations;
  if (failure !== undefined) throw new OrderError(report, `an order fails: ${failure.reason}`, failure.schedule);
  if (endless !== undefined) throw new OrderError(report, 'in some order the controllers never rest', endless);
  if (divergence === undefined) return;
  const lines = divergence.differences.map((line) => `  ${line}`);
  const what = `the order decides: ${convergedStates} different ends in ${runs} orders\n${lines.join('\n')}`;
  throw new OrderError(report, what, divergence.other);
}

/** The schedules that go the same way up to some later place, and another way there. */
function* deviationsOf(prefix: readonly number[], draws: readonly Draw[]): Generator<readonly number[]> {
  for (let place = prefix.length; place < draws.length; place += 1) {
    const before = draws.slice(0, place).map(({ choice }) => choice);
    const count = draws[place]?.count ?? 0;
    for (let choice = 1; choice < count; choice += 1) yield [...before, choice];
  }
}

async function runOf(scenario: Scenario, choices: readonly number[]): Promise<SimulationResult<Run> | SimulationError> {
  try {
    return await runSchedule(scenario, choices, LIMITS);
  } catch (thrown) {
    if (thrown instanceof SimulationError) return thrown;
    throw thrown;
  }
}

function lineOf(choices: readonly number[]): string {
  return formatReplay({ seed: 0, choices, versions: { kit: KIT_VERSION, node: nodeVersion() } });
}

function storyOf(result: SimulationResult<Run> | SimulationError): () => string {
  return result instanceof SimulationError ? () => `${messageOf(result.cause)}\n${result.story}` : result.story;
}
