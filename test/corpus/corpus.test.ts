import {
  ReconcileError,
  ReferenceError,
  describePlan,
  perturb,
  reconcileEventuallyAndStably,
  reconcileMatchers,
} from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import { BUGS } from './bugs.ts';

describe('the kit finds planted bugs, and none in their fixed twins', () => {
  test.each(BUGS)('$name', async ({ wrong, right, steps, atRest }) => {
    const twin = await perturb({ controllers: right, steps, atRest });
    expect(twin.failures.map(({ plan, reasons }) => [describePlan(plan), ...reasons])).toEqual([]);
    expect(twin.struck).toBeGreaterThan(5);
    try {
      const { failures } = await perturb({ controllers: wrong, steps, atRest });
      expect(failures).not.toEqual([]);
    } catch (thrown) {
      expect(thrown).toBeInstanceOf(ReferenceError);
    }
  });
});

describe('eventually stable reconciliation', () => {
  test.each(BUGS)('$name', async ({ wrong, right, ...desired }) => {
    await reconcileEventuallyAndStably(right, { ...desired, runs: 40 });
    const failure: unknown = await reconcileEventuallyAndStably(wrong, { ...desired, runs: 400 }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(failure).toBeInstanceOf(ReconcileError);
    expect((failure as ReconcileError).decisions).toBeLessThanOrEqual(15);
  });

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
