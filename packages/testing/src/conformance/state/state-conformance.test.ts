import { expect, test } from 'vitest';
import { ModelState, type Bug } from '../../history/model-state.fixture.ts';
import { simulate } from '../../simulation/simulate.ts';
import { COSI_CASES, stateConformance } from './state-conformance.ts';

/** The cases that fail on a state that makes a mistake every other time. What waits in vain is ended by the simulation. */
async function failures(bug?: Bug): Promise<string[]> {
  const cases = stateConformance(async (body) => {
    let chances = 0;
    await simulate({}, () => body(new ModelState((mistake) => mistake === bug && (chances += 1) % 2 === 1)));
  });
  const failed: string[] = [];
  for (const { name, run } of cases) {
    await run().catch(() => failed.push(name));
  }
  return failed;
}

test('every case of the COSI runtime is there, and nothing that it does not know', () => {
  const cases = stateConformance(() => Promise.resolve());
  expect(new Set(cases.map(({ name }) => name.slice(0, name.indexOf(':'))))).toEqual(new Set(COSI_CASES));
  expect(COSI_CASES).toHaveLength(24);
});

test('a plain model passes', async () => {
  expect(await failures()).toEqual([]);
});

test.each<Bug>([
  'acknowledges an update that it loses',
  'reads what was',
  'lists what was',
  'creates over what is there',
  'updates without looking at the version',
  'updates what others own',
  'updates in any phase',
  'destroys what is held',
  'destroys for two',
  'says that what is held may be destroyed',
  'writes though it refuses',
  'drops an event',
  'drops the last event',
  'drops the first event of a watch',
  'swaps two events',
  'gives an event twice',
  'gives an event again after a resume',
  'drops an event after a resume',
  'shows the new value as the old one',
  'shows an update that does not match',
  'does not say that a resource left the selection',
  'calls it an update when a resource enters the selection',
  'leaves one out of the contents',
  'begins with contents that were',
  'ends its contents twice',
  'forgets bookmarks',
  'ends without a word',
])('a state fails that %s', async (bug) => {
  expect(await failures(bug)).not.toEqual([]);
});
