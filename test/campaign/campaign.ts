import { campaign, type CampaignOptions, type CampaignReport, type Simulation } from '@cosi-ts/testing';
import { progressOf } from './progress.ts';
import { runsOf, seedOf } from './scale.ts';

/**
 * The kit's campaign as the environment wants it: `COSI_CAMPAIGN_RUNS` multiplies its runs, `COSI_SEED` is where it
 * begins. It tells how far it is.
 */
export function scaledCampaign(
  name: string,
  options: Omit<CampaignOptions, 'seed' | 'progress'>,
  scenario: (sim: Simulation) => Promise<unknown>,
): Promise<CampaignReport> {
  const [runs, seed] = [runsOf(options.runs, process.env), seedOf(process.env)];
  return campaign({ ...options, runs, seed, progress: progressOf(name) }, scenario);
}
