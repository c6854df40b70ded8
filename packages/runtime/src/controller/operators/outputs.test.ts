import { simulate, type Simulation } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import { collection } from '../../state/collection.ts';
import { A, B, start } from '../engine/text-types.fixture.ts';
import { transform } from './transform.ts';

const SEEDS = Array.from({ length: 50 }, (_, seed) => seed);

const AtoB = transform({
  name: 'AtoB',
  input: A,
  output: B,
  outputKind: 'shared',
  map: ({ metadata }) => metadata.id,
  transform: ({ spec }) => spec,
});

/** Every order of things that a few seeds give. */
async function always(scenario: (world: ReturnType<typeof setUp>, sim: Simulation) => Promise<void>): Promise<void> {
  for (const seed of SEEDS) await simulate({ seed }, (sim) => scenario(setUp(sim), sim));
}

function setUp(sim: Simulation) {
  const { state, runtime } = start(sim.node('node'));
  runtime.register(AtoB);
  runtime.start();
  return { a: collection(state, A), b: collection(state, B) };
}

describe('the output of an operator', () => {
  test('that another controller has is left to it, and made when it is gone', async () => {
    await always(async ({ a, b }, sim) => {
      await b.create('x', { text: 'theirs' }, { owner: 'other' });
      await a.create('x', { text: 'ours' });
      await sim.settle({ within: 0 });
      expect((await b.get('x')).spec.text).toBe('theirs');
      await a.set('x', { text: 'newer' });
      await b.teardown('x', { owner: 'other' });
      await a.set('x', { text: 'newest' });
      await sim.settle({ within: 0 });
      expect((await b.get('x')).metadata).toMatchObject({ owner: 'other', phase: 'tearingDown' });
      await b.destroy('x', { owner: 'other' });
      await sim.settle({ within: 0 });
      expect((await b.get('x')).spec.text).toBe('newest');
    });
  });

  test('that another controller has stays when the input goes', async () => {
    await always(async ({ a, b }, sim) => {
      await b.create('x', { text: 'theirs' }, { owner: 'other' });
      await a.create('x', { text: 'ours' });
      if (sim.choose('wait', 2) === 1) await sim.settle();
      await a.destroy('x');
      await sim.settle({ within: 0 });
      expect((await b.get('x')).metadata).toMatchObject({ owner: 'other', phase: 'running' });
    });
  });

  test('that is held goes when it is let go, and comes again if the input did', async () => {
    await always(async ({ a, b }, sim) => {
      await a.create('x', { text: '1' });
      await sim.settle();
      await b.addFinalizer('x', 'holder');
      await a.destroy('x');
      await sim.settle({ within: 0 });
      expect((await b.get('x')).metadata.phase).toBe('tearingDown');
      if (sim.choose('the input comes again', 2) === 1) await a.create('x', { text: '2' });
      await sim.settle({ within: 0 });
      const comes = (await a.find('x')) !== undefined;
      expect((await b.get('x')).metadata.phase).toBe('tearingDown');
      await b.removeFinalizer('x', 'holder');
      await sim.settle({ within: 0 });
      expect((await b.find('x'))?.spec.text).toBe(comes ? '2' : undefined);
    });
  });
});
