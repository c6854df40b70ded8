import { simulate, type SimulationOptions, type SimulationResult } from '../simulation/simulate.ts';
import { formatReplay } from '../simulation/replay.ts';
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
 * over all of them.
 *
 * @throws SimulationError when a run fails; CampaignError if what should sometimes happen never did, or if a run that
 * was made twice left two traces.
 */
export async function campaign(
  { runs, seed: first = 0, twice = 0.05, happens = [], ...options }: CampaignOptions,
  scenario: (sim: Simulation) => Promise<unknown>,
): Promise<CampaignReport> {
  const counts = new Map<string, Count>();
  let replayed = 0;
  for (let run = 0; run < runs; run += 1) {
    const seed = first + run;
    const result = await simulate({ ...options, seed }, scenario);
    add(counts, result);
    // Spread evenly: the n-th is due when n is the whole part of what was made so far.
    if (Math.floor((run + 1) * twice) === Math.floor(run * twice)) continue;
    replayed += 1;
    compare(result, await simulate({ ...options, seed }, scenario));
  }
  const never = [...counts].filter(([, { kind, held }]) => kind !== 'always' && held === 0).map(([label]) => label);
  const missing = [...new Set([...never, ...happens.filter((label) => !counts.has(label))])];
  if (missing.length > 0) throw new CampaignError(`never in ${runs} runs: ${missing.join(', ')}`);
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
  throw new CampaignError(`${formatReplay(one.replay)} is another run when it is made again: they differ ${where}`);
}

function isSame(one: Draw | undefined, other: Draw | undefined): boolean {
  return one?.label === other?.label && one?.choice === other?.choice && one?.count === other?.count;
}
