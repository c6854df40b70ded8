import { reconcileEventuallyAndStably } from '@cosi-ts/testing';
import { describe, test } from 'vitest';
import { REGISTRIES, expectUnperturbed, matchesOf, some, withNeeds, workload } from './perturbed.fixture.ts';

const names = Object.keys(REGISTRIES);

// In pairs, and all together: see the campaign. NodeStatus comes with who pushes.
describe.each(names.filter((name) => name !== 'NodeStatus'))('%s', (name) => {
  test('comes to the same under every plan', () => expectUnperturbed(withNeeds(name)));
});

test.each([...names.map((name) => withNeeds(name)), names])(
  '%s, … reconcile eventually and stably',
  async (...subject) => {
    await reconcileEventuallyAndStably(some(subject), { ...workload, matches: matchesOf(subject), runs: 5 });
  },
);
