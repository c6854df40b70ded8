import { Owner, realHost, silentLogger, type Logger } from '@cosi-ts/core';
import { simulate } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import { collection } from '../../state/collection.ts';
import type { Controller } from '../controller.ts';
import { defineController } from '../loop.ts';
import { merge } from '../operators/merge.ts';
import { transform } from '../operators/transform.ts';
import { exclusive, mapped, primary, weak } from '../ports.ts';
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

  test('a controller that never comes to rest starves nobody', async () => {
    await using owner = new Owner('test');
    const { state, runtime } = start({ host: realHost(), owner });
    let rounds = 0;
    const restless = { ports: { inputs: weak(A) }, name: 'restless' } as const;
    runtime.register(
      defineController({
        ...restless,
        async reconcile({ inputs }, { wake }) {
          await inputs.list();
          rounds += 1;
          wake();
        },
      }),
    );
    runtime.register(
      transform({ name: 'T', input: A, output: B, map: ({ metadata }) => metadata.id, transform: ({ spec }) => spec }),
    );
    runtime.start();
    const cursor = state.changes(B);
    for (let id = 0; id < 10; id += 1) {
      // A timer comes, and what it does is seen.
      await new Promise((resolve) => setTimeout(resolve, 1));
      await collection(state, A).create(`${id}`, { text: '' });
      await cursor.ready();
      expect(cursor.pull()?.changed.map(({ key }) => key)).toEqual([`${id}`]);
    }
    expect(rounds).toBeGreaterThan(10);
  });

  test.each<[string, Controller]>([
    [
      'a reconcile',
      defineQueueController({
        name: 'greedy',
        ports: { inputs: primary(A) },
        reconcile: ({ inputs }, key) => inputs.get(key).then(spin),
      }),
    ],
    [
      'a reconcile that reads no more',
      defineController({
        name: 'greedy',
        ports: { inputs: weak(A) },
        async reconcile({ inputs }) {
          for (const _input of await inputs.list()) spin();
        },
      }),
    ],
    [
      'a loop of its own',
      defineController({
        name: 'greedy',
        ports: { inputs: weak(A) },
        async run({ inputs }, { wakeups }) {
          for await (const _causes of wakeups) for (const _input of await inputs.list()) spin();
        },
      }),
    ],
    [
      'a mapper',
      defineQueueController({
        name: 'greedy',
        ports: { inputs: mapped(A) },
        mappers: {
          inputs: () => {
            spin();
            return [];
          },
        },
        reconcile: () => Promise.resolve(),
      }),
    ],
    [
      'an operator',
      transform({
        name: 'greedy',
        input: A,
        output: C,
        map: ({ metadata }) => metadata.id,
        transform: ({ spec }) => {
          spin();
          return spec;
        },
      }),
    ],
  ])('names whoever holds the loop for long, afterwards: %s', async (_what, greedy) => {
    await using owner = new Owner('test');
    const named: unknown[][] = [];
    const log: Logger = {
      ...silentLogger,
      warn: (_message, fields) => named.push([fields?.['controller'], fields?.['or']]),
      child: () => log,
    };
    const { state, runtime } = start({ host: realHost({ log }), owner });
    // What its neighbours have to do in the same turn is not what was long.
    for (const name of ['before', 'after']) {
      if (name === 'after') runtime.register(greedy);
      runtime.register(
        transform({
          name,
          input: A,
          output: B.in(name),
          outputKind: 'shared',
          map: ({ metadata }) => metadata.id,
          transform: ({ spec }) => spec,
        }),
      );
    }
    await collection(state, A).create('x', { text: '' });
    const cursors = ['before', 'after'].map((name) => state.changes(B.in(name)));
    runtime.start();
    for (const cursor of cursors) await cursor.ready();
    while (!runtime.isIdle) await new Promise((resolve) => setImmediate(resolve));
    // Between two questions, either who asks or one of those who asked just before.
    expect(named).toHaveLength(1);
    expect(named[0]?.join(', ').split(', ')).toContain('greedy');
  });
});

/** Longer than anybody may. */
function spin(): void {
  const until = performance.now() + 60;
  while (performance.now() < until);
}
