import { expect, test } from 'vitest';
import { SimulationError } from '../simulation/simulate.ts';
import type { Simulation } from '../simulation/simulation.ts';
import { campaign, CampaignError } from './campaign.ts';

test('counts over all runs, and makes some of them twice', async () => {
  const report = await campaign({ runs: 100, happens: ['here'] }, async (sim) => {
    sim.always('time does not go back', sim.now >= 0);
    sim.sometimes('the six', sim.choose('die', 6) === 5);
    if (sim.choose('way', 2) === 1) sim.reachable('here');
  });
  expect([report.runs, report.replayed]).toEqual([100, 5]);
  expect(report.counts.get('time does not go back')).toEqual({ kind: 'always', looked: 100, held: 100 });
  expect(report.counts.get('the six')).toMatchObject({ kind: 'sometimes', looked: 100 });
  expect(report.counts.get('here')?.held).toBeGreaterThan(20);
});

test('fails if what should sometimes happen never did', async () => {
  const never = campaign({ runs: 10, happens: ['there'] }, async (sim) => sim.sometimes('a seven', sim.now === 7));
  await expect(never).rejects.toThrow('never in 10 runs: a seven, there');
});

test('fails at once where something does not always hold, with the run that shows it', async () => {
  const failing = campaign({ runs: 100 }, async (sim) => sim.always('no six', sim.choose('die', 6) < 5));
  await expect(failing).rejects.toThrow(SimulationError);
  await expect(failing).rejects.toThrow(/^not always: no six\n\nreplay: COSI_REPLAY='seed=\d+ /);
});

test('fails if a run is another one when it is made again', async () => {
  let times = 0;
  const drifting = async (sim: Simulation): Promise<void> => {
    times += 1;
    sim.choose(`draw ${times}`, 2);
  };
  const failing = campaign({ runs: 20 }, drifting);
  await expect(failing).rejects.toThrow(CampaignError);
  await expect(campaign({ runs: 20 }, drifting)).rejects.toThrow(
    /seed=19 is another run .* they differ at decision 1 /,
  );
});
