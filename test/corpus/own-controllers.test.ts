import {
  describePlan,
  perturb,
  reconcileEventuallyAndStably,
  sameAsUndisturbed,
  type Scenario,
} from '@cosi-ts/testing';
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
} from './own.ts';

type Workload = Omit<Scenario, 'controllers'>;

async function failuresOf(workload: Workload, ...names: readonly string[]): Promise<readonly unknown[]> {
  const { failures, struck } = await perturb({ controllers: own(...names), ...workload });
  expect(struck).toBeGreaterThan(2);
  return failures.map(({ plan, reasons }) => [describePlan(plan), ...reasons]);
}

async function reconciles(workload: Workload, ...names: readonly string[]): Promise<void> {
  const controllers = own(...names);
  const matches = await sameAsUndisturbed({ controllers, ...workload });
  await reconcileEventuallyAndStably(controllers, { ...workload, matches, runs: 10 });
}

describe.each([
  { what: 'derive', workload: derivations, names: DERIVING },
  { what: 'follow the configuration', workload: configurations, names: CONFIGURED },
  { what: 'keep files', workload: files, names: KEEPING.filter((name) => name !== 'block.StateVolumeController') },
])('our own controllers that $what', ({ workload, names }) => {
  test.each(names)('%s comes to the same under every plan', async (name) => {
    expect(await failuresOf(workload, name)).toEqual([]);
  });

  test.each(names)('%s reconciles eventually and stably', async (name) => {
    await reconciles(workload, name);
  });
});

describe('all of a kind together', () => {
  test.each([
    { what: 'derive', workload: derivations, names: DERIVING },
    { what: 'follow the configuration', workload: configurations, names: CONFIGURED },
    { what: 'keep files', workload: files, names: KEEPING },
  ])('that $what', async ({ workload, names }) => {
    expect(await failuresOf(workload, ...names)).toEqual([]);
    await reconciles(workload, ...names);
  });
});

/** All of them are a campaign's. */
const SHARE = 5;

describe('of the pairs that share a resource type, one in five', () => {
  test.each(neighbours().filter((_pair, at) => at % SHARE === 0))('%s with %s', async (one, other) => {
    const names = withNeeds(one, other);
    expect(await failuresOf(everything(...names), ...names)).toEqual([]);
  });
});
