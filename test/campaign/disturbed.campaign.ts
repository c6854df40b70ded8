import { describePlan, perturb, reconcileOnce, sameAsUndisturbed, type Scenario } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import {
  CONFIGURED,
  DERIVING,
  KEEPING,
  configurations,
  derivations,
  everything,
  files,
  neighbours,
  own,
  withNeeds,
} from '../corpus/own.ts';
import { scaledCampaign } from './campaign.ts';

type Workload = Omit<Scenario, 'controllers'>;

const groups: readonly { what: string; workload: Workload; names: readonly string[] }[] = [
  { what: 'derive', workload: derivations, names: DERIVING },
  { what: 'follow the configuration', workload: configurations, names: CONFIGURED },
  { what: 'keep files', workload: files, names: KEEPING },
];

/** What every campaign of disturbed runs must have seen. */
const HAPPENS = ['a crash', 'a refusal', 'a lost answer', 'late news', 'an old view', 'a stale read'];

test.each(neighbours())('%s with %s, which share a type, come to the same under every plan', async (one, other) => {
  const names = withNeeds(one, other);
  const { failures } = await perturb({ controllers: own(...names), ...everything(...names) });
  expect(failures.map(({ plan, reasons }) => [describePlan(plan), ...reasons])).toEqual([]);
});

describe.each(groups)('controllers that $what', ({ workload, names }) => {
  const pairs = names.flatMap((one, index) => names.slice(index + 1).map((other) => [one, other] as const));

  test.each(pairs)('%s with %s come to the same under every plan', async (one, other) => {
    const { failures } = await perturb({ controllers: own(one, other), ...workload });
    expect(failures.map(({ plan, reasons }) => [describePlan(plan), ...reasons])).toEqual([]);
  });

  test('reconcile eventually and stably, each and all of them', async ({ task }) => {
    for (const subject of [...names.map((name) => [name]), names]) {
      const controllers = own(...subject);
      const matches = await sameAsUndisturbed({ controllers, ...workload });
      await scaledCampaign(task.name, { runs: 200 }, (sim) =>
        reconcileOnce(sim, controllers, { ...workload, matches }),
      );
    }
  });
});

test('10,000 runs of controllers together, of which one in twenty is made twice', async ({ task }) => {
  const { workload, names } = groups[0] ?? { workload: derivations, names: DERIVING };
  const controllers = own(...names);
  const matches = await sameAsUndisturbed({ controllers, ...workload });
  const report = await scaledCampaign(task.name, { runs: 10_000, happens: HAPPENS }, (sim) =>
    reconcileOnce(sim, controllers, { ...workload, matches }),
  );
  console.info(Object.fromEntries([...report.counts].map(([label, { held }]) => [label, held])));
});

// Ten times as many are ten thousand.
test('the controllers of discovery come to the same after any number of steps, while users go on', async ({ task }) => {
  const controllers = own(...DERIVING);
  const workloads = derivations.steps.map((_step, at) => ({
    ...derivations,
    steps: derivations.steps.slice(0, at + 1),
  }));
  const wanted: Awaited<ReturnType<typeof sameAsUndisturbed>>[] = [];
  for (const workload of workloads) wanted.push(await sameAsUndisturbed({ controllers, ...workload }));
  await scaledCampaign(task.name, { runs: 1000 }, async (sim) => {
    const count = sim.choose('steps', workloads.length);
    const [workload, matches] = [workloads[count], wanted[count]];
    if (workload === undefined || matches === undefined) throw new Error('chosen out of range');
    await reconcileOnce(sim, controllers, { ...workload, matches });
  });
});
