import { afterEach, expect, test, vi } from 'vitest';
import { SimulationError } from '../simulation/simulate.ts';
import type { Simulation } from '../simulation/simulation.ts';
import { campaign, CampaignError } from './campaign.ts';

afterEach(() => void vi.unstubAllEnvs());

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
    /^seed=19 is another run .* they differ at decision 1 .*\n\nreplay: COSI_REPLAY='seed=19'$/,
  );
});

test('makes as many runs twice as it is told to', async () => {
  const replayed = async (twice: number): Promise<number> =>
    (await campaign({ runs: 10, twice }, async () => undefined)).replayed;
  expect([await replayed(0), await replayed(0.3), await replayed(1)]).toEqual([0, 3, 10]);
});

test('tells after each run how far it is', async () => {
  const told: (readonly [number, number])[] = [];
  let made = 0;
  const progress = (done: number, runs: number): void => {
    expect(done).toBe(made);
    told.push([done, runs]);
  };
  await campaign({ runs: 3, twice: 0, progress }, async () => void (made += 1));
  expect(told).toEqual([1, 2, 3].map((done) => [done, 3]));
});

test('makes the run of COSI_REPLAY alone, twice, and asks nothing more of it', async () => {
  const thrown = new Map<string, number[]>();
  const scenario = async (sim: Simulation): Promise<void> => {
    const die = sim.choose('die', 6);
    const line = process.env['COSI_REPLAY'] ?? '';
    thrown.set(line, [...(thrown.get(line) ?? []), die]);
    sim.sometimes('a seven', die === 6);
    sim.always('no six', die < 5);
  };
  const failure = await campaign({ runs: 100 }, scenario).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(SimulationError);
  vi.stubEnv('COSI_REPLAY', (failure as SimulationError).replay);
  await expect(campaign({ runs: 100 }, scenario)).rejects.toThrow('not always: no six');
  expect(thrown.get((failure as SimulationError).replay)).toEqual([5]);

  vi.stubEnv('COSI_REPLAY', 'seed=0 tape=0,3');
  const report = await campaign({ runs: 100, happens: ['there'] }, scenario);
  expect([report.runs, report.replayed, thrown.get('seed=0 tape=0,3')]).toEqual([1, 1, [3, 3]]);
});
