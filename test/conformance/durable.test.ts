import { typeRegistry } from '@cosi-ts/resources';
import { distantState, exercise, simulate, watchContract, type History } from '@cosi-ts/testing';
import { expect, test } from 'vitest';
import { happenedIn } from './happened.ts';
import { reopeningState, type Fate } from './reopening-state.ts';

const types = typeRegistry([]);
const FATES: readonly Fate[] = [
  ...Array.from({ length: 8 }, () => 'yes' as const),
  'no',
  'perhaps, kept',
  'perhaps, lost',
  'crash, kept',
  'crash, lost',
];

async function historyOf(seed: number, fates: readonly Fate[], hasHappened: (what: string) => void): Promise<History> {
  const { value } = await simulate({ seed }, (sim) => {
    const { clock, random, gate } = sim.node('state').host;
    const fate = (): Fate => {
      const drawn = fates[sim.choose('fate', fates.length)] ?? 'yes';
      hasHappened(drawn);
      return drawn;
    };
    const state = reopeningState({ clock, random, gate, types, fate });
    return exercise(sim, { connect: (client) => distantState(state, gate, client), operations: 16 });
  });
  return value;
}

test('a state with a store behind it loses nothing that anybody was told, whatever becomes of its process', async () => {
  const happened = new Set<string>();
  for (let seed = 0; seed < 150; seed += 1) {
    const history = await historyOf(seed, FATES, (what) => happened.add(what));
    expect(watchContract(history), `seed ${seed}`).toEqual([]);
    for (const what of happenedIn(history)) happened.add(what);
  }
  const expected = `update unknown, transact unknown, broken, invalid-bookmark, resumed watch of a kind`.split(', ');
  expect([...happened]).toEqual(expect.arrayContaining([...FATES, ...expected]));
});

test.each<[Fate, string]>([
  ['yes, lost', 'L1'],
  ['yes, without marks', 'L4'],
])('a store that says "%s" is found out (%s)', async (lie, law) => {
  for (let seed = 0; seed < 400; seed += 1) {
    const history = await historyOf(seed, [...FATES, lie, lie], () => undefined);
    if (watchContract(history).some((violation) => violation.law === law)) return;
  }
  expect.unreachable('not found in 400 runs');
});
