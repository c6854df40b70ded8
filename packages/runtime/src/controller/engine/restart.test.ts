import { sleep, type Timers } from '@cosi-ts/core';
import { simulate, type Simulation } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import { collection } from '../../state/collection.ts';
import { A, B, C, start } from './text-types.fixture.ts';
import type { Controller } from '../controller.ts';
import { defineController } from '../loop.ts';
import { merge } from '../operators/merge.ts';
import { transform } from '../operators/transform.ts';
import { exclusive, weak } from '../ports.ts';

const SEEDS = Array.from({ length: 200 }, (_, seed) => seed);

const AtoB = transform({
  name: 'AtoB',
  input: A,
  output: B,
  map: ({ metadata }) => metadata.id,
  transform: ({ spec }) => spec,
});

const BtoC = merge({
  name: 'BtoC',
  input: B,
  output: C,
  key: ({ metadata }) => metadata.id.slice(0, 1),
  merge: (all) => ({ text: all.map(({ spec }) => spec.text).join('+') }),
});

describe('a crash', () => {
  test('of an operator that has nothing to do writes nothing', async () => {
    for (const seed of SEEDS) {
      await simulate({ seed }, async (sim) => {
        const { state, runtime } = start(sim.node('node'));
        runtime.register(AtoB);
        runtime.register(BtoC);
        const a = collection(state, A);
        for (const id of ['x1', 'x2', 'y1']) await a.create(id, { text: id });
        runtime.start();
        await sim.settle();
        const { position } = state;
        runtime.crash('AtoB');
        await pass(sim, sim.choose('steps', 20));
        runtime.crash('BtoC');
        await sim.settle();
        expect(state.position).toBe(position);
      });
    }
  });

  test('of an operator does not make it forget what to take away', async () => {
    for (const seed of SEEDS) {
      await simulate({ seed }, async (sim) => {
        const { state, runtime } = start(sim.node('node'));
        runtime.register(AtoB);
        runtime.register(BtoC);
        const a = collection(state, A);
        for (const id of ['x1', 'x2', 'y1']) await a.create(id, { text: id });
        runtime.start();
        await sim.settle();
        await a.destroy('x1');
        await a.destroy('y1');
        await a.set('x2', { text: 'new' });
        await pass(sim, sim.choose('steps', 20));
        runtime.crash('AtoB');
        await pass(sim, sim.choose('steps', 20));
        runtime.crash('BtoC');
        await sim.settle();
        expect((await collection(state, B).list()).map(({ metadata }) => metadata.id)).toEqual(['x2']);
        expect((await collection(state, C).list()).map(({ spec }) => spec.text)).toEqual(['new']);
      });
    }
  });

  test('leaves one run of a controller, whenever it comes', async () => {
    for (const seed of SEEDS) {
      await simulate({ seed }, async (sim) => {
        const { host, owner } = sim.node('node');
        const { state, runtime } = start({ host, owner });
        const runs = new Set<object>();
        runtime.register(failing(runs, host.timers, () => sim.choose('fails', 2) === 1));
        runtime.start();
        for (let round = 0; round < 10; round += 1) {
          await sim.advance(sim.choose('pause', 4) * 200);
          await collection(state, A).set('x', { text: `${round}` });
          await pass(sim, sim.choose('steps', 6));
          if (sim.choose('crash', 2) === 1) runtime.crash('fails');
        }
        await sim.advance('10m');
        expect(runs.size).toBe(1);
      });
    }
  });

  test('of what does not run starts nothing', async () => {
    await simulate({}, async (sim) => {
      const { host, owner } = sim.node('node');
      const { runtime } = start({ host, owner });
      const runs = new Set<object>();
      runtime.register(failing(runs, host.timers, () => false));
      runtime.crash('fails');
      await sim.settle();
      expect(runs.size).toBe(0);
      runtime.start();
      await sim.settle();
      await owner.close();
      runtime.crash('fails');
      await sim.settle();
      expect(runs.size).toBe(0);
    });
  });
});

describe('a runtime is idle', () => {
  test('when all that is left to come are timers, also with a controller that has no inputs', async () => {
    await simulate({}, async (sim) => {
      const { runtime, state } = start(sim.node('node'));
      runtime.register(
        defineController({
          name: 'clock',
          ports: { outputs: exclusive(C) },
          reconcile: () => Promise.resolve({ requeueAfter: 1000 }),
        }),
      );
      runtime.register(AtoB);
      expect(runtime.isIdle).toBe(false);
      runtime.start();
      expect(runtime.isIdle).toBe(false);
      await sim.advance(500);
      expect(runtime.isIdle).toBe(true);
      await collection(state, A).create('x', { text: '' });
      expect(runtime.isIdle).toBe(false);
    });
  });
});

/** Fails at times; takes its time for goodbye. Notes its runs that are alive. */
function failing(runs: Set<object>, timers: Timers, fails: () => boolean): Controller {
  return defineController({
    name: 'fails',
    ports: { inputs: weak(A), outputs: exclusive(B) },
    start: ({ owner }) => {
      const run = {};
      runs.add(run);
      owner.attach({
        close: async () => {
          await sleep(timers, 100);
          runs.delete(run);
        },
        drop: () => void runs.delete(run),
      });
      return async ({ inputs }) => {
        await inputs.list();
        if (fails()) throw new Error('as told');
      };
    },
  });
}

async function pass(sim: Simulation, steps: number): Promise<void> {
  let left = steps;
  await sim.until(`${steps} steps`, () => {
    left -= 1;
    return left < 0 || sim.isQuiet();
  });
}
