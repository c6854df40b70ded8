import { simulate, type Simulation } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import { collection } from '../state/collection.ts';
import type { State } from '../state/state.ts';
import type { Controller } from './controller.ts';
import { ControllerRuntime } from './engine/runtime.ts';
import { A, B, C, start } from './engine/text-types.fixture.ts';
import { RegistrationError } from './graph/database.ts';
import { defineController } from './loop.ts';
import { transform } from './operators/transform.ts';
import { RequeueError, SkipReconcileError } from './outcome.ts';
import { destroyReady, exclusive, primary, weak } from './ports.ts';
import { defineQueueController } from './queue.ts';

/** A state with a runtime of some controllers that is started. */
function running(sim: Simulation, ...controllers: readonly Controller[]) {
  const { state, runtime } = start(sim.node('node'));
  for (const controller of controllers) runtime.register(controller);
  runtime.start();
  return { runtime, a: collection(state, A), b: collection(state, B), c: collection(state, C) };
}

/** What is told that an operator should know. */
const told = (sim: Simulation, level: string): readonly string[] =>
  sim.log.filter((line) => line.level === level).map(({ message }) => message);

const AtoB = transform({
  name: 'T',
  input: A,
  output: B,
  outputKind: 'shared',
  map: ({ metadata }) => metadata.id,
  transform: ({ spec }) => spec,
});

test('defect 14: a controller that is measured tears down by the state’s own call', async () => {
  await simulate({}, async (sim) => {
    const { host, owner } = sim.node('node');
    const { state } = start({ host, owner: owner.child('unused') });
    const calls: string[] = [];
    const counting: State = Object.assign(Object.create(state) as State, {
      find: state.find.bind(state),
      get: state.get.bind(state),
      create: state.create.bind(state),
      changes: state.changes.bind(state),
      update: (...given: Parameters<State['update']>) => {
        calls.push('update');
        return state.update(...given);
      },
      teardown: (...given: Parameters<State['teardown']>) => {
        calls.push('teardown');
        return state.teardown(...given);
      },
    });
    const called: string[] = [];
    const observer = { called: (_controller: string, kind: string) => void called.push(kind) };
    const runtime = new ControllerRuntime({ state: counting, host, owner, observer });
    runtime.register(
      defineController({
        name: 'tears down',
        ports: { output: exclusive(B) },
        async reconcile({ output }) {
          await output.create('x', { text: '' });
          await output.teardown('x');
        },
      }),
    );
    runtime.start();
    await sim.settle();
    expect([calls, called]).toEqual([['teardown'], ['write', 'write']]);
  });
});

test('defect 15: a destroy-ready input of one resource hides no change of another of its kind', async () => {
  await simulate({}, async (sim) => {
    const woken: (readonly string[])[] = [];
    const ports = { ready: destroyReady(A, { id: 'going' }), other: weak(A, { id: 'other' }), output: exclusive(B) };
    const { a } = running(
      sim,
      defineController({
        name: 'waits',
        ports,
        reconcile: (_ports, { causes }) => Promise.resolve(void woken.push(causes.map(({ key }) => key))),
      }),
    );
    await sim.settle();
    for (const id of ['going', 'other']) {
      await a.create(id, { text: '' });
      await sim.settle();
    }
    await a.set('other', { text: 'changed' });
    await sim.settle();
    await a.set('going', { text: 'changed' });
    await a.teardown('going');
    await sim.settle();
    expect(woken).toEqual([[], ['other'], ['other'], ['going']]);
  });
});

describe('defect 16: nothing is left of a registration that was refused', () => {
  const named = (name: string, ports: Parameters<typeof defineController>[0]['ports']) =>
    defineController({ name, ports, reconcile: () => Promise.resolve() });

  test.each(['before the start', 'while running'])('%s', async (when) => {
    await simulate({}, async (sim) => {
      const { runtime, state } = start(sim.node('node'));
      runtime.register(named('first', { a: weak(A), b: exclusive(B) }));
      if (when === 'while running') runtime.start();
      const before = runtime.dependencyGraph();
      let runs = 0;
      const second = (output: typeof B): Controller =>
        defineController({
          name: 'second',
          ports: { a: weak(A), c: exclusive(C), output: exclusive(output) },
          reconcile: () => Promise.resolve(void (runs += 1)),
        });
      for (let attempt = 0; attempt < 2; attempt += 1) {
        // Twice with the same words: the first attempt is no conflict for the second.
        expect(() => runtime.register(second(B))).toThrow(
          new RegistrationError(
            'resource "Bs.test.dev" is already managed in exclusive mode by "first"; let one controller write it, or declare all its outputs shared',
          ),
        );
      }
      expect(runtime.dependencyGraph()).toEqual(before);
      await collection(state, A).create('x', { text: '' });
      await sim.settle();
      expect(runs).toBe(0);
      runtime.register(second({ ...B, type: 'Others.test.dev' }));
      if (when !== 'while running') runtime.start();
      await sim.settle();
      expect(runs).toBeGreaterThan(0);
    });
  });
});

describe('defect 17: an abort that is not its own ends no controller', () => {
  const aborted = () => new DOMException('this operation was aborted', 'AbortError');

  test.each([
    ['as it is', aborted],
    ['in another error', () => new Error('cannot ask', { cause: aborted() })],
    ['of a signal of somebody else', () => AbortSignal.abort().reason as Error],
  ])('%s', async (_how, thrown) => {
    await simulate({}, async (sim) => {
      const runs = { loop: 0, 'own loop': 0, queue: 0 };
      const fail = (style: keyof typeof runs): Promise<void> => {
        runs[style] += 1;
        return runs[style] < 4 ? Promise.reject(thrown()) : Promise.resolve();
      };
      const { a } = running(
        sim,
        defineController({ name: 'loop', ports: { a: weak(A) }, reconcile: () => fail('loop') }),
        defineController({ name: 'own loop', ports: { a: weak(A) }, run: () => fail('own loop') }),
        defineQueueController({ name: 'queue', ports: { a: primary(A) }, reconcile: () => fail('queue') }),
      );
      await a.create('x', { text: '' });
      await sim.advance('1m');
      expect(runs).toMatchObject({ 'own loop': 4, queue: 4 });
      expect(runs.loop).toBeGreaterThanOrEqual(4);
    });
  });
});

test('defect 18: a queue controller may have one resource as its primary input', async () => {
  await simulate({}, async (sim) => {
    const keys: string[] = [];
    const controller = defineQueueController({
      name: 'one',
      ports: { input: primary(A, { id: 'x' }), output: exclusive(B) },
      reconcile: async ({ input }, key) => void keys.push(`${key}: ${(await input.find(key))?.spec.text}`),
    });
    const { state, runtime } = start(sim.node('node'));
    const a = collection(state, A);
    for (const id of ['x', 'y']) await a.create(id, { text: 'first' });
    runtime.register(controller);
    runtime.start();
    await sim.advance('10m');
    for (const id of ['x', 'y']) await a.set(id, { text: 'second' });
    await a.destroy('x');
    await sim.advance('10m');
    expect([keys, told(sim, 'error')]).toEqual([['x: first', 'x: undefined'], []]);
  });
});

test('defect 19: an operator says that an output belongs to another', async () => {
  await simulate({}, async (sim) => {
    const { a, b } = running(sim, AtoB);
    await b.create('x', { text: 'theirs' }, { owner: 'other' });
    await a.create('x', { text: 'ours' });
    await sim.settle();
    expect(told(sim, 'warn')).toEqual(['output belongs to another']);
    expect(sim.log.find(({ level }) => level === 'warn')?.fields).toMatchObject({ id: 'x', owner: 'other' });
    expect((await b.get('x')).spec.text).toBe('theirs');
  });
});

test('defect 20: an input that has no output any more is not held', async () => {
  for (const when of ['running', 'tearing down', 'since an earlier run'] as const) {
    await simulate({}, async (sim) => {
      const { a, b } = running(
        sim,
        transform({
          name: 'T',
          input: A,
          output: B,
          inputFinalizers: true,
          map: ({ metadata, spec }) => (spec.text === '' ? undefined : metadata.id),
          transform: ({ spec }) => spec,
        }),
      );
      const isLate = when === 'since an earlier run';
      await a.create('x', { text: isLate ? '' : 'mapped' }, { metadata: { finalizers: isLate ? ['T'] : [] } });
      await sim.settle();
      expect((await a.get('x')).metadata.finalizers).toEqual(isLate ? [] : ['T']);
      if (when === 'tearing down') {
        await b.addFinalizer('x', 'holder');
        await a.teardown('x');
        await sim.settle();
      }
      await a.update('x', ({ metadata }) => ({ metadata, spec: { text: '' } }), { expectedPhase: 'any' });
      await sim.settle();
      if (when === 'tearing down') {
        // As long as there is an output, it is.
        expect((await a.get('x')).metadata.finalizers).toEqual(['T']);
        await b.removeFinalizer('x', 'holder');
        await sim.settle();
      }
      expect((await a.get('x')).metadata.finalizers).toEqual([]);
      expect(await b.list()).toEqual([]);
    });
  }
});

test('defect 21: an operator that can do nothing yet comes again when it says', async () => {
  await simulate({}, async (sim) => {
    const times: number[] = [];
    const { a, b } = running(
      sim,
      transform({
        name: 'T',
        input: A,
        output: B,
        map: ({ metadata }) => metadata.id,
        transform: ({ spec }) => {
          times.push(sim.now);
          if (times.length === 2) throw new RequeueError(1000, { cause: new SkipReconcileError('not yet') });
          return spec;
        },
      }),
    );
    await a.create('x', { text: 'first' });
    await sim.settle();
    await a.set('x', { text: 'second' });
    await sim.advance(999);
    expect([times.length, (await b.get('x')).spec.text, told(sim, 'info')]).toEqual([
      2,
      'first',
      ['reconcile skipped'],
    ]);
    await sim.advance(1);
    expect([times, (await b.get('x')).spec.text]).toEqual([[0, 0, 1000], 'second']);
    expect(told(sim, 'error')).toEqual([]);
  });
});
