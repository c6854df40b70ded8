import { collection, type Controller, type State } from '@cosi-ts/runtime';
import { assertUnperturbed, exploreOrders, reconcileEventuallyAndStably } from '@cosi-ts/testing';
import { expect, test } from 'vitest';
import { Claim, Volume } from './resources.ts';
import { careful, hasty } from './volumes.ts';

const steps = [
  (state: State) => collection(state, Claim).create('a', { size: 1 }),
  (state: State) => collection(state, Claim).set('a', { size: 2 }),
];

const matches = async (state: State): Promise<void> => {
  const volume = await collection(state, Volume).find('a');
  expect(volume?.spec).toEqual({ size: 2, state: 'ready' });
};

const controllers = (): Controller[] => [careful];

test('comes to what is desired, and stays', async () => {
  await reconcileEventuallyAndStably(controllers, { steps, matches });
});

test('comes to the same under every plan', async () => {
  await assertUnperturbed({ controllers, steps });
});

test('comes to the same in every order', async () => {
  const { convergedStates, oscillations } = await exploreOrders(controllers, { steps });
  expect([convergedStates, oscillations]).toEqual([1, []]);
});

test('the first version does not', async () => {
  const wrong = (): Controller[] => [hasty];
  await expect(reconcileEventuallyAndStably(wrong, { steps, matches })).rejects.toThrow(/shrank to 1 decision/);
  await expect(assertUnperturbed({ controllers: wrong, steps })).rejects.toThrow(/3 of 20 perturbations led elsewhere/);
});
