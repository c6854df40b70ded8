import { readFile } from 'node:fs/promises';
import { describePlan, perturb, reconcileEventuallyAndStably, reconcileMatchers } from '@cosi-ts/testing';
import { afterAll, describe, expect, test } from 'vitest';
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
  test.each(BUGS)('$name', async ({ right, steps, atRest, ...desired }) => {
    const twin = await perturb({ controllers: right, steps, atRest });
    expect(twin.failures.map(({ plan, reasons }) => [describePlan(plan), ...reasons])).toEqual([]);
    expect(twin.struck).toBeGreaterThan(5);
    await reconcileEventuallyAndStably(right, { ...desired, steps, atRest, runs: 40 });
  });
});

describe('eventually stable reconciliation', () => {
  test('is a matcher, whose failure tells the smallest story', async () => {
    const matcher = reconcileMatchers.toReconcileEventuallyAndStably;
    const [bug] = BUGS;
    if (bug === undefined) throw new Error('no bugs');
    expect(await matcher(bug.right, { ...bug, runs: 5 })).toMatchObject({ pass: true });
    const { pass, message } = await matcher(bug.wrong, { ...bug, runs: 400 });
    expect(pass).toBe(false);
    expect(message()).toMatch(/shrank to \d+ decisions: claims are/);
    expect(message()).toMatch(/COSI_REPLAY=/);
  });
});
