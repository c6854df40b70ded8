import { realHost } from '@cosi-ts/core';
import { expect, test } from 'vitest';
import { collection } from '../../state/collection.ts';
import { MemoryState } from '../../state/memory-state.ts';
import { destroyReady, weak } from '../ports.ts';
import { InputFollower } from './input-follower.ts';
import { A } from './text-types.fixture.ts';

function newState() {
  const state = new MemoryState({ ...realHost(), types: { find: () => undefined } });
  return { state, a: collection(state, A) };
}

const ids = (input: InputFollower): readonly string[] => input.pull().map(({ id }) => id);

test('an input tells once, however often it was asked to', async () => {
  const { state, a } = newState();
  let told = 0;
  const input = new InputFollower('inputs', weak(A), state, undefined, () => void (told += 1));
  for (let asked = 0; asked < 3; asked += 1) input.arm();
  await a.create('x', { text: '' });
  expect(told).toBe(1);
  expect(ids(input)).toEqual(['x']);
  input.arm();
  await a.destroy('x');
  expect(told).toBe(2);
});

test('a destroy-ready input tells of what is tearing down and free, or gone, each by its own id', async () => {
  const { state, a } = newState();
  const input = new InputFollower('ready', destroyReady(A), state, new Set(['x']), () => undefined);
  await a.create('x', { text: '' });
  await a.addFinalizer('x', 'holder');
  await a.teardown('x');
  await a.create('y', { text: '' });
  await a.teardown('y');
  expect(ids(input)).toEqual([]);
  await a.removeFinalizer('x', 'holder');
  expect(ids(input)).toEqual(['x']);
  await a.destroy('y');
  await a.destroy('x');
  expect(ids(input)).toEqual(['x']);
});

test('an input that is aimed wider tells of what it did not follow, and of what went meanwhile', async () => {
  const { state, a } = newState();
  const input = new InputFollower('inputs', weak(A), state, new Set(['x']), () => undefined);
  await a.create('x', { text: '' });
  await a.create('y', { text: '' });
  expect(ids(input)).toEqual(['x']);
  input.aim(new Set(), false);
  await a.destroy('x');
  expect(input.isReady).toBe(false);
  input.aim(undefined, true);
  expect(ids(input).toSorted()).toEqual(['x', 'y']);
});

test('who asks hears of a teardown, also where nothing is followed', async () => {
  const { state, a } = newState();
  const input = new InputFollower('inputs', weak(A), state, new Set(), () => undefined);
  await a.create('x', { text: '' });
  let heard = 0;
  input.watchTeardown('x', () => void (heard += 1));
  const forget = input.watchTeardown('y', () => void (heard += 10));
  expect(ids(input)).toEqual([]);
  expect(heard).toBe(0);
  await a.teardown('x');
  expect(ids(input)).toEqual([]);
  expect(heard).toBe(1);
  forget();
  await a.create('z', { text: '' });
  // Nobody follows anything any more.
  expect(input.isReady).toBe(false);
});
