import { ReferenceError, describePlan, perturb } from '@cosi-ts/testing';
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
