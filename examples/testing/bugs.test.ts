import { describePlan, perturb, reconcileEventuallyAndStably } from '@cosi-ts/testing';
import { afterAll, describe, expect, test } from 'vitest';
import { BUGS } from './bugs.ts';
import { hunt } from './hunt.ts';

/** What was found, and how: printed when all is done. */
const table: string[] = [];

afterAll(() => {
  console.info(
    ['| bug | plans that fail | run that fails | decisions | ms |', '|---|---|---|---|---|', ...table].join('\n'),
  );
});

describe('the kit finds the bug', () => {
  test('in at least twenty controllers, each of another class', () => {
    expect(new Set(BUGS.map(({ name }) => name)).size).toBeGreaterThanOrEqual(20);
  });

  test.each(BUGS)('$name', async (bug) => {
    const from = performance.now();
    const { perturb, plans, run, decisions } = await hunt(bug, 400);
    const ms = Math.round(performance.now() - from);
    const perturbed = plans === 0 ? perturb : `${perturb} of ${plans}`;
    table.push(`| ${bug.name} | ${perturbed} | ${run ?? '–'} | ${decisions ?? '–'} | ${ms} |`);
    expect([perturb, run]).not.toEqual(['–', undefined]);
    expect(decisions ?? 0).toBeLessThanOrEqual(15);
  });
});

describe('and raises no alarm on the fixed one', () => {
  test.each(BUGS)('$name', async ({ fixed, ...desired }) => {
    const { failures, struck } = await perturb({ controllers: fixed, ...desired });
    expect(failures.map(({ plan, reasons }) => [describePlan(plan), ...reasons])).toEqual([]);
    expect(struck).toBeGreaterThan(5);
    await reconcileEventuallyAndStably(fixed, { ...desired, runs: 40 });
  });
});
