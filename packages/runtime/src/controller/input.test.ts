import { realHost } from '@cosi-ts/core';
import { expect, test } from 'vitest';
import { collection } from '../state/collection.ts';
import { MemoryState } from '../state/memory-state.ts';
import { InputFollower } from './input.ts';
import { weak } from './ports.ts';
import { A } from './text-types.fixture.ts';

test('an input tells once, however often it was asked to', async () => {
  const state = new MemoryState({ ...realHost(), types: { find: () => undefined } });
  const input = new InputFollower('inputs', weak(A), state);
  let told = 0;
  for (let asked = 0; asked < 3; asked += 1) input.onReady(() => void (told += 1));
  await collection(state, A).create('x', { text: '' });
  expect(told).toBe(1);
  expect(input.pull()?.map(({ id }) => id)).toEqual(['x']);
  input.onReady(() => void (told += 1));
  await collection(state, A).destroy('x');
  expect(told).toBe(2);
});
