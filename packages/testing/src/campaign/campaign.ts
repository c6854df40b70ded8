import { simulateReplay, type SimulationOptions, type SimulationResult } from '../simulation/simulate.ts';
import { replayFromEnvironment } from '../simulation/outside/environment.ts';
import { formatReplay, parseReplay, type Replay } from '../simulation/replay.ts';
import type { Count } from '../simulation/checks.ts';
import type { Draw } from '../simulation/tape.ts';
import type { Simulation } from '../simulation/simulation.ts';

export interface CampaignOptions extends Pick<SimulationOptions, 'faults' | 'epoch'> {
  /** How many runs. */
  readonly runs: number;
  /** The seed of the first; the others follow it. 0 by default. */
  readonly seed?: number | undefined;
  /** The part of the runs that are made twice, to see that they are the same; 0.05 by default. */
  readonly twice?: number | undefined;
  /** What must have happened in some run, by the labels of `sometimes` and `reachable`, beside those that were looked at. */
  readonly happens?: readonly string[] | undefined;
  /** Told after each run how many are done, and out of how many. */
  readonly progress?: ((done: number, runs: number) => void) | undefined;
}

export interface CampaignReport {
  readonly runs: number;
  /** Runs that were made twice. */
  readonly replayed: number;
  /** Of each label: how often it was looked at, and how often it held. */
  readonly counts: ReadonlyMap<string, Readonly<Count>>;
}

/** A campaign proves less than it seems to: something never happened in it, or a run was another one when made again. */
export class CampaignError extends Error {
  override readonly name = 'CampaignError';
}

/**
 * Runs a scenario over many seeds. What its runs say with `sim.always`, `sim.sometimes` and `sim.reachable` is counted
 * over all of them. With `COSI_REPLAY` in the environment that run alone is made, twice unless `twice` is 0, and nothing
 * need have happened in it.
 *
 * @throws SimulationError when a run fails; CampaignError if what should sometimes happen never did, or if a run that
 * was made twice left two traces.
 */
export async function campaign(
  options: CampaignOptions,
  scenario: (sim: Simulation) => Promise<unknown>,
): Promise<CampaignReport> {
  const line = replayFromEnvironment();
  if (line !== undefined) {
    const twice = options.twice === 0 ? 0 : 1;
    return make({ ...options, runs: 1, twice }, () => parseReplay(line), scenario);
  }
  const { runs, seed = 0, happens = [] } = options;
  const report = await make(options, (run) => ({ seed: seed + run }), scenario);
  const { counts } = report;
  const never = [...counts].filter(([, { kind, held }]) => kind !== 'always' && held === 0).map(([label]) => label);
  const missing = [...new Set([...never, ...happens.filter((label) => !counts.has(label))])];
  if (missing.length > 0) throw new CampaignError(`never in ${runs} runs: ${missing.join(', ')}`);
  return report;
}

async function make(
  { runs, twice = 0.05, progress, ...options }: CampaignOptions,
  replayOf: (run: number) => Replay,
  scenario: (sim: Simulation) => Promise<unknown>,
): Promise<CampaignReport> {
  const counts = new Map<string, Count>();
  let replayed = 0;
  for (let run = 0; run < runs; run += 1) {
    const replay = replayOf(run);
    const result = await simulateReplay(replay, options, scenario);
    add(counts, result);
    // Spread evenly: the n-th is due when n is the whole part of what was made so far.
    if (Math.floor((run + 1) * twice) > Math.floor(run * twice)) {
      replayed += 1;
      compare(result, await simulateReplay(replay, options, scenario));
    }
    progress?.(run + 1, runs);
  }
  return { runs, replayed, counts };
}

function add(counts: Map<string, Count>, { checks }: SimulationResult<unknown>): void {
  for (const [label, { kind, looked, held }] of checks) {
    const sum = counts.get(label) ?? { kind, looked: 0, held: 0 };
    counts.set(label, { kind, looked: sum.looked + looked, held: sum.held + held });
  }
}

function compare(one: SimulationResult<unknown>, other: SimulationResult<unknown>): void {
  const [first, second] = [one.draws(), other.draws()];
  const longer = first.length < second.length ? second : first;
  const at = longer.findIndex((_draw, index) => !isSame(first[index], second[index]));
  if (at < 0 && one.hash === other.hash) return;
  const where = at < 0 ? 'after the same decisions' : `at decision ${at} ('${longer[at]?.label}')`;
  const line = formatReplay(one.replay);
  throw new CampaignError(
    `${line} is another run when it is made again: they differ ${where}\n\nreplay: COSI_REPLAY='${line}'`,
  );
}

function isSame(one: Draw | undefined, other: Draw | undefined): boolean {
  return one?.label === other?.label && one?.choice === other?.choice && one?.count === other?.count;
}
