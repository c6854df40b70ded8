import { Owner, realHost, silentLogger, type Logger } from '@cosi-ts/core';
import { simulate } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import { collection } from '../../state/collection.ts';
import { defineController } from '../loop.ts';
import { merge } from '../operators/merge.ts';
import { transform } from '../operators/transform.ts';
import { exclusive, primary, weak } from '../ports.ts';
import { defineQueueController } from '../queue.ts';
import { A, B, C, start } from './text-types.fixture.ts';

describe('the engine', () => {
  test('a chain of operators follows creation, change and destruction, under every order of a seed', async () => {
    for (let seed = 0; seed < 200; seed += 1) {
      await simulate({ seed }, async (sim) => {
        const { host, owner } = sim.node('node');
        const { state, runtime } = start({ host, owner });
        runtime.register(
          transform({
            name: 'AtoB',
            input: A,
            output: B,
            map: ({ metadata }) => metadata.id,
            transform: ({ spec }) => ({ text: `${spec.text}!` }),
          }),
        );
        runtime.register(
          merge({
            name: 'BtoC',
            input: B,
            output: C,
            key: ({ metadata }) => metadata.id.slice(0, 1),
            merge: (all) => ({ text: all.map(({ spec }) => spec.text).join('+') }),
          }),
        );
        const a = collection(state, A);
        const c = collection(state, C);
        const show = async (): Promise<string[]> =>
          (await c.list()).map(({ metadata, spec }) => `${metadata.id}=${spec.text}`);
        await a.create('x1', { text: '1' });
        runtime.start();
        await a.create('x2', { text: '2' });
        await a.create('y1', { text: '3' });
        await sim.settle();
        expect(await show()).toEqual(['x=1!+2!', 'y=3!']);
        await a.set('x2', { text: '5' });
        await a.destroy('y1');
        if (seed % 2 === 0) runtime.crash('BtoC');
        await sim.settle();
        expect(await show()).toEqual(['x=1!+5!']);
        await a.destroy('x1');
        await a.destroy('x2');
        await sim.settle();
        expect(await show()).toEqual([]);
      });
    }
  });

  test('a controller that fails is started anew, alone', async () => {
    await simulate({ seed: 1 }, async (sim) => {
      const { host, owner } = sim.node('node');
      const { state, runtime } = start({ host, owner });
      let failures = 3;
      runtime.register(
        defineController({
          name: 'fails',
          ports: { inputs: weak(A), outputs: exclusive(B) },
          async reconcile({ outputs }) {
            if (failures > 0) {
              failures -= 1;
              throw new Error('not yet');
            }
            await outputs.set('done', { text: 'yes' });
          },
        }),
      );
      runtime.start();
      await sim.settle();
      expect((await collection(state, B).get('done')).spec.text).toBe('yes');
    });
  });

  test('runs on the real host', async () => {
    await using owner = new Owner('test');
    const { state, runtime } = start({ host: realHost(), owner });
    runtime.register(
      transform({ name: 'T', input: A, output: B, map: ({ metadata }) => metadata.id, transform: ({ spec }) => spec }),
    );
    runtime.start();
    const cursor = state.changes(B);
    await collection(state, A).create('x', { text: '1' });
    await cursor.ready();
    expect(cursor.pull()?.changed.map(({ key }) => key)).toEqual(['x']);
  });

  test('names whoever holds the loop for long, afterwards', async () => {
    await using owner = new Owner('test');
    const warnings: unknown[] = [];
    const log: Logger = {
      ...silentLogger,
      warn: (message, fields) => warnings.push([message, fields]),
      child: () => log,
    };
    const { state, runtime } = start({ host: realHost({ log }), owner });
    const done = Promise.withResolvers<void>();
    runtime.register(
      defineQueueController({
        name: 'greedy',
        ports: { inputs: primary(A), outputs: exclusive(B) },
        async reconcile({ inputs, outputs }, key) {
          await inputs.get(key);
          const until = performance.now() + 60;
          while (performance.now() < until);
          await outputs.set(key, { text: '' });
          done.resolve();
        },
      }),
    );
    runtime.start();
    await collection(state, A).create('x', { text: '' });
    await done.promise;
    const fields = expect.objectContaining({ controller: 'greedy', task: 'x' }) as unknown;
    expect(warnings).toEqual([['held the event loop', fields]]);
  });
});
