import { expect, test } from 'vitest';
import { runsOf, seedOf } from './scale.ts';
import { progressOf } from './progress.ts';

interface CampaignOptions {
  /** Runs where nothing else is asked for, cheap enough for every change: a few seconds. `COSI_CAMPAIGN_RUNS` multiplies it. */
  readonly runs: number;
}

/** One seed in so many is run twice: equal seeds must give equal runs. */
const TWICE = 20;

/**
 * A test of many runs, each of a seed of its own, from `COSI_SEED` on. It tells how far it is, and of the first run that
 * fails how that one is made again.
 *
 * @param run what a seed stands for; what it resolves to (a hash of the run's trace) must be the same whenever that
 * seed is run
 */
export function campaign(name: string, { runs }: CampaignOptions, run: (seed: number) => Promise<string>): void {
  test(name, async () => {
    const [first, count] = [seedOf(process.env), runsOf(runs, process.env)];
    const progress = progressOf(name, count);
    for (let seed = first; seed < first + count; seed += 1) {
      try {
        const hash = await run(seed);
        if (seed % TWICE === 0) expect(await run(seed), 'the same seed gives the same run').toBe(hash);
      } catch (thrown) {
        throw new Error(`seed ${seed} fails; alone it is\n\n${lineOf(name, seed)}\n\n${messageOf(thrown)}`, {
          cause: thrown,
        });
      }
      progress(seed - first + 1);
    }
  });
}

/** What makes one run of a campaign again. */
function lineOf(name: string, seed: number): string {
  return `COSI_SEED=${seed} COSI_CAMPAIGN_RUNS=0 npm run campaign -- -t '${name.replaceAll("'", '.')}'`;
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
