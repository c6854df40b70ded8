import { simulate, type Simulation } from '@cosi-ts/testing';
import { expect, test } from 'vitest';
import { collection } from '../../state/collection.ts';
import { A, B, C, start } from '../engine/text-types.fixture.ts';
import { mapped } from '../ports.ts';
import { merge } from './merge.ts';

const byText = merge({
  name: 'by text',
  input: A,
  output: B,
  key: ({ spec }) => (spec.text === '' ? undefined : spec.text),
  always: ['x'],
  extra: { suffix: mapped(C, { id: 'suffix' }) },
  extraKeys: { suffix: 'every' },
  merge: async (inputs, _key, { ports }) => {
    const suffix = await ports.suffix.find('suffix');
    return { text: inputs.map(({ metadata }) => metadata.id).join('+') + (suffix?.spec.text ?? '') };
  },
});

test('an output that is always there is made of nothing too', async () => {
  await everyOrder(async (sim, { a, outputs }) => {
    expect(await outputs()).toEqual({ x: '' });
    await a.create('1', { text: 'x' });
    await a.create('2', { text: 'y' });
    expect(await outputs()).toEqual({ x: '1', y: '2' });
    await a.set('1', { text: 'y' });
    expect(await outputs()).toEqual({ x: '', y: '1+2' });
    await a.destroy('1');
    await a.destroy('2');
    await sim.settle();
    expect(await outputs()).toEqual({ x: '' });
  });
});

test('what concerns every output makes all of them anew', async () => {
  await everyOrder(async (_sim, { a, c, outputs }) => {
    await a.create('1', { text: 'y' });
    await a.create('2', { text: 'z' });
    await c.create('suffix', { text: '!' });
    expect(await outputs()).toEqual({ x: '!', y: '1!', z: '2!' });
    await c.destroy('suffix');
    expect(await outputs()).toMatchObject({ y: '1', z: '2' });
  });
});

async function everyOrder(scenario: (sim: Simulation, world: ReturnType<typeof setUp>) => Promise<void>) {
  for (let seed = 0; seed < 20; seed += 1) await simulate({ seed }, (sim) => scenario(sim, setUp(sim)));
}

function setUp(sim: Simulation) {
  const { state, runtime } = start(sim.node('node'));
  runtime.register(byText);
  runtime.start();
  return {
    a: collection(state, A),
    c: collection(state, C),
    outputs: async () => {
      await sim.settle();
      const all = await collection(state, B).list();
      return Object.fromEntries(all.map(({ metadata, spec }) => [metadata.id, spec.text]));
    },
  };
}
