import { readFile } from 'node:fs/promises';
import { collection, type Controller, type State } from '@cosi-ts/runtime';
import { assertOrderless, assertUnperturbed, ReconcileError, reconcileEventuallyAndStably } from '@cosi-ts/testing';
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
  await assertOrderless(controllers, { steps });
});

test('the first version does not, and is told so as the guide shows', async () => {
  const wrong = (): Controller[] => [hasty];
  const thrown: unknown = await reconcileEventuallyAndStably(wrong, { steps, matches }).catch(
    (error: unknown) => error,
  );
  if (!(thrown instanceof ReconcileError)) throw new Error('nothing was found');
  const guide = await readFile(new URL('../../docs/testing-controllers.md', import.meta.url), 'utf8');
  const [story = ''] = `ReconcileError: ${thrown.message}`.split('\nthe last steps:');
  expect(guide.replace(/node=[\d.]+/, 'node=')).toContain(story.replace(/node=[\d.]+/, 'node='));
  await expect(assertUnperturbed({ controllers: wrong, steps })).rejects.toThrow(/3 of 20 perturbations led elsewhere/);
});
