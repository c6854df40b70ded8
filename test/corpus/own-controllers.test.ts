import { describePlan, perturb } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import { NAMES, atRest, byName, steps, types } from './own-controllers.ts';

async function failuresOf(...names: readonly string[]): Promise<readonly unknown[]> {
  const { failures, struck } = await perturb({ controllers: () => names.map(byName), steps, atRest, types });
  expect(struck).toBeGreaterThan(5);
  return failures.map(({ plan, reasons }) => [describePlan(plan), ...reasons]);
}

describe('our own controllers come to the same under every plan', () => {
  test.each(NAMES)('%s', async (name) => {
    expect(await failuresOf(name)).toEqual([]);
  });

  const pairs = NAMES.flatMap((one, index) => NAMES.slice(index + 1).map((other) => [one, other] as const));
  test.each(pairs)('%s with %s', async (one, other) => {
    expect(await failuresOf(one, other)).toEqual([]);
  });
});
