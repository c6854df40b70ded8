import { readFile } from 'node:fs/promises';
import { describePlan, perturb, reconcileEventuallyAndStably, reconcileMatchers } from '@cosi-ts/testing';
import { afterAll, describe, expect, test } from 'vitest';
import type { Bug } from './bug.ts';
import { BUGS } from './bugs.ts';
import { hunt } from './hunt.ts';

const GUIDE = new URL('../../docs/testing-controllers.md', import.meta.url);

/** What the suite prints, and `docs/testing-controllers.md` shows. */
const table: string[] = [];

afterAll(() => {
  console.info(
    ['| bug | plans that fail | run that fails | decisions | ms |', '|---|---|---|---|---|', ...table].join('\n'),
  );
});

describe('the kit finds planted bugs', () => {
  test('at least twenty of them, each of another class', () => {
    expect(new Set(BUGS.map(({ name }) => name)).size).toBeGreaterThanOrEqual(20);
  });

  test.each(BUGS)('$name', async (bug) => {
    const from = performance.now();
    const { perturb, plans, run, decisions } = await hunt(bug, 400);
    const ms = Math.round(performance.now() - from);
    const perturbed = plans === 0 ? perturb : `${perturb} of ${plans}`;
    const row = `| ${bug.name} | ${perturbed} | ${run ?? '–'} | ${decisions ?? '–'} |`;
    table.push(`${row} ${ms} |`);
    expect(await readFile(GUIDE, 'utf8')).toContain(row);
    expect([perturb, run]).not.toEqual(['–', undefined]);
    expect(decisions ?? 0).toBeLessThanOrEqual(15);
  });
});

describe('and raises no alarm on their fixed twins', () => {
  test.each(BUGS)('$name', async ({ right, ...desired }) => {
    const twin = await perturb({ controllers: right, ...desired });
    expect(twin.failures.map(({ plan, reasons }) => [describePlan(plan), ...reasons])).toEqual([]);
    expect(twin.struck).toBeGreaterThan(5);
    await reconcileEventuallyAndStably(right, { ...desired, runs: 40 });
  });
});

describe('eventually stable reconciliation', () => {
  expect.extend(reconcileMatchers);
  const [bug] = BUGS as readonly [Bug];

  test('is a matcher', async () => {
    await expect(bug.right).toReconcileEventuallyAndStably({ ...bug, runs: 5 });
    await expect(bug.wrong).not.toReconcileEventuallyAndStably({ ...bug, runs: 400 });
  });

  test('tells the smallest story when it fails', async () => {
    const failing = expect(bug.wrong).toReconcileEventuallyAndStably({ ...bug, runs: 400 });
    await expect(failing).rejects.toThrow(/shrank to \d+ decisions?: claims are/);
    await expect(failing).rejects.toThrow(/COSI_REPLAY='seed=\d+ tape=\S+ kit=\S+ node=\S+ disorder=/);
    await expect(failing).rejects.toThrow(/fault: .*\n.*resources at the end:\n {2}Claims.test.dev\(default\/a\) v\d/s);
  });
});
