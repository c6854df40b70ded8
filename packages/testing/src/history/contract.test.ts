import { describe, expect, test } from 'vitest';
import { simulate } from '../simulation/simulate.ts';
import { distantState } from './distant.ts';
import { exercise } from './exercise.ts';
import type { History } from './history.ts';
import { ModelState, type Bug } from './model-state.fixture.ts';
import { watchContract } from './watch-contract.ts';

async function historyOf(seed: number, bug?: Bug): Promise<History> {
  const { value } = await simulate({ seed }, async (sim) => {
    const { gate } = sim.node('state').host;
    const state = new ModelState((mistake) => mistake === bug && sim.choose('mistake', 4) === 3);
    return exercise(sim, { connect: (client) => distantState(state, gate, client) });
  });
  return value;
}

test('a plain model keeps every law', async () => {
  for (let seed = 0; seed < 300; seed += 1) {
    expect(watchContract(await historyOf(seed)), `seed ${seed}`).toEqual([]);
  }
});

/** Each mistake, and the law that it breaks. */
const BROKEN: Readonly<Record<Bug, string>> = {
  'acknowledges an update that it loses': 'L1',
  'reads what was': 'L1',
  'lists what was': 'L2',
  'lists some as it was': 'L2',
  'uses a version again': 'L4',
  'creates over what is there': 'L4',
  'updates without looking at the version': 'L1',
  'updates what others own': 'L1',
  'updates in any phase': 'L1',
  'destroys what is held': 'L1',
  'destroys for two': 'L1',
  'says that what is held may be destroyed': 'L1',
  'writes though it refuses': 'W3',
  'drops an event': 'W3',
  'drops the last event': 'W3',
  'drops the first event of a watch': 'W3',
  'swaps two events': 'W1',
  'gives an event twice': 'W2',
  'gives an event again after a resume': 'W2',
  'drops an event after a resume': 'W5',
  'shows the new value as the old one': 'W8',
  'shows an older value as the old one': 'W8',
  'shows an update that does not match': 'W7',
  'does not say that a resource left the selection': 'W3',
  'calls it an update when a resource enters the selection': 'W7',
  'leaves one out of the contents': 'W10',
  'begins with contents that were': 'W10',
  'ends its contents twice': 'W10',
  'forgets bookmarks': 'W6',
  'takes a bookmark of another kind': 'W14',
  'loses history without a word': 'W3',
  'goes on after a failure': 'W13',
  'ends without a word': 'W12',
  'changes what it delivered': 'W17',
  'tells of what nobody wrote': 'W3',
  'keeps a part of a refused transaction': 'W3',
  'lists a part of a transaction': 'L2',
  'tells of a transaction in two batches': 'W4',
  'begins in the middle of a transaction': 'W10',
};

describe.each([false, true])('a state is found out (its watches may heal: %s) that', (heals) => {
  test.each(Object.entries(BROKEN) as [Bug, string][])('%s (%s)', async (bug, law) => {
    for (let seed = 0; seed < 400; seed += 1) {
      if (watchContract(await historyOf(seed, bug), { heals }).some((violation) => violation.law === law)) return;
    }
    expect.unreachable('not found in 400 runs');
  });
});
