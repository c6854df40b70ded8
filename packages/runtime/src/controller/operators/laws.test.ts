import type { ChangesCursor } from '@cosi-ts/core';
import { simulate, type Simulation } from '@cosi-ts/testing';
import type { Kind, Resource } from '@cosi-ts/resources';
import { describe, expect, test } from 'vitest';
import { collection, type Collection } from '../../state/collection.ts';
import { ConflictError, NotFoundError } from '../../state/errors.ts';
import { MemoryState } from '../../state/memory-state.ts';
import type { Controller } from '../controller.ts';
import { ControllerRuntime } from '../engine/runtime.ts';
import { A, B, C, start, type Text } from '../engine/text-types.fixture.ts';
import { SkipReconcileError } from '../outcome.ts';
import { combine, hasNoOutputs, removeOutputs } from './cleanup-handlers.ts';
import { cleanup } from './cleanup.ts';
import { destroy } from './destroy.ts';
import { merge } from './merge.ts';
import { transform } from './transform.ts';

const SEEDS = Array.from({ length: 150 }, (_, seed) => seed);
const IDS = ['x1', 'x2', 'x3', 'y1', 'y2'];
const HOLDER = 'holder';

/** What an input is mapped to: by its text, so that it can move; an empty text is mapped to nothing. */
const group = ({ spec }: Resource<Text>): string | undefined => (spec.text === '' ? undefined : spec.text.slice(0, 1));

const controllers = {
  transform: transform({
    name: 'T',
    input: A,
    output: B,
    map: ({ metadata, spec }) => (spec.text === '' ? undefined : `${metadata.id}-${spec.text.slice(0, 1)}`),
    transform: ({ spec }) => (spec.text === 'pp' ? undefined : { text: `${spec.text}!` }),
    concurrency: 2,
  }),
  'transform that holds its inputs': transform({
    name: 'T',
    input: A,
    output: B,
    inputFinalizers: true,
    map: ({ metadata, spec }) => (spec.text === '' ? undefined : `${metadata.id}-${spec.text.slice(0, 1)}`),
    transform: ({ spec }) => (spec.text === 'pp' ? undefined : { text: `${spec.text}!` }),
  }),
  merge: merge({
    name: 'T',
    input: A,
    output: B,
    key: group,
    merge: (inputs) => ({ text: inputs.map(({ spec }) => spec.text).join('+') }),
  }),
  'merge that holds its inputs': merge({
    name: 'T',
    input: A,
    output: B,
    key: group,
    inputFinalizers: true,
    concurrency: 2,
    merge: async (inputs) => {
      await Promise.resolve();
      return { text: inputs.map(({ spec }) => spec.text).join('+') };
    },
  }),
} satisfies Record<string, Controller>;

/** What there shall be once nothing changes any more, in the plainest way. */
function expected(style: string, inputs: readonly Resource<Text>[]): readonly string[] {
  const running = inputs.filter(({ metadata }) => metadata.phase === 'running');
  if (style.startsWith('transform')) {
    return running
      .filter(({ spec }) => spec.text !== '' && spec.text !== 'pp')
      .map(({ metadata, spec }) => `${metadata.id}-${spec.text.slice(0, 1)}=${spec.text}!`)
      .toSorted();
  }
  const groups = Map.groupBy(running, (input) => group(input) ?? '');
  groups.delete('');
  return [...groups].map(([key, all]) => `${key}=${all.map(({ spec }) => spec.text).join('+')}`).toSorted();
}

/** An operation that may be refused, as those of users are. */
async function attempt(operation: Promise<unknown>): Promise<void> {
  try {
    await operation;
  } catch (thrown) {
    if (!(thrown instanceof ConflictError || thrown instanceof NotFoundError)) throw thrown;
  }
}

/** A state whose cursors can be made to tell everything again, as after a lost backend. */
class RepeatingState extends MemoryState {
  readonly #cursors = new Set<ChangesCursor<Resource>>();

  override changes(kind: Kind, since?: number): ChangesCursor<Resource> {
    const cursor = super.changes(kind, since);
    this.#cursors.add(cursor);
    return cursor;
  }

  /** From the next change on. */
  repeat(): void {
    for (const cursor of this.#cursors) cursor.relist();
  }
}

interface World {
  readonly a: Collection<Text>;
  readonly b: Collection<Text>;
  crash(): void;
  repeat(): void;
}

/** One thing that a user, another controller, or fate does. */
async function disturb(sim: Simulation, { a, b, crash, repeat }: World): Promise<void> {
  const id = IDS[sim.choose('id', IDS.length)] ?? '';
  const text = ['p', 'pp', 'q', 'qq', ''][sim.choose('text', 5)] ?? '';
  const outputs = await b.list();
  const output = outputs[sim.choose('output', Math.max(1, outputs.length))]?.metadata.id ?? '';
  switch (sim.choose('what', 10)) {
    case 0:
    case 1:
    case 2:
      return attempt(a.set(id, { text }));
    case 3:
      return attempt(a.teardown(id));
    case 4:
      return attempt(a.destroy(id));
    case 5:
      return attempt(b.addFinalizer(output, HOLDER));
    case 6:
      return attempt(b.removeFinalizer(output, HOLDER));
    case 7:
      return attempt(b.teardown(output, { owner: 'T' }));
    case 8:
      return repeat();
    default:
      return crash();
  }
}

describe.each(Object.keys(controllers) as (keyof typeof controllers)[])('%s', (style) => {
  test('comes to the map of what there is, in every order, with crashes and repetitions, and holds no input that is gone', async () => {
    for (const seed of SEEDS) {
      await simulate({ seed }, async (sim) => {
        const { host, owner } = sim.node('node');
        const state = new RepeatingState({ ...host, types: { find: () => undefined } });
        const runtime = new ControllerRuntime({ state, host, owner });
        runtime.register(controllers[style]);
        const [a, b] = [collection(state, A), collection(state, B)];
        let crashes = 0;
        const world: World = {
          a,
          b,
          repeat: () => state.repeat(),
          crash: () => {
            crashes += 1;
            runtime.crash('T');
          },
        };
        await disturb(sim, world);
        runtime.start();
        for (let step = 0; step < 40; step += 1) {
          await disturb(sim, world);
          const pause = sim.choose('pause', 8);
          for (let tick = 0; tick < pause; tick += 1) await sim.tick();
          if (style !== 'transform that holds its inputs' || crashes > 0) continue;
          // As long as there is an output, its input is held.
          for (const { metadata } of await b.list()) expect(await a.find(metadata.id.slice(0, 2))).toBeDefined();
        }
        for (const { metadata } of await b.list()) await attempt(b.removeFinalizer(metadata.id, HOLDER));
        await sim.settle();

        const inputs = await a.list();
        const outputs = await b.list();
        expect(outputs.map(({ metadata, spec }) => `${metadata.id}=${spec.text}`)).toEqual(expected(style, inputs));
        for (const { metadata } of [...outputs, ...inputs.filter((input) => input.metadata.phase === 'tearingDown')]) {
          expect(metadata.finalizers).toEqual([]);
        }
        if (style.includes('holds')) {
          const free = inputs.filter(({ metadata, spec }) => spec.text !== '' && metadata.phase === 'running');
          for (const { metadata } of free) expect(metadata.finalizers).toEqual(['T']);
        }
        expect(sim.log.filter(({ level }) => level === 'error')).toEqual([]);

        const { position } = state;
        runtime.crash('T');
        await sim.settle();
        expect(state.position).toBe(position);
      });
    }
  });
});

describe('an operator that holds its inputs', () => {
  const holding = (release: () => void) =>
    transform({
      name: 'T',
      input: A,
      output: B,
      inputFinalizers: true,
      map: ({ metadata }) => metadata.id,
      transform: ({ spec }) => spec,
      release,
    });

  test('lets an input go after its output, and after it was asked', async () => {
    for (const seed of SEEDS) {
      await simulate({ seed }, async (sim) => {
        const { state, runtime } = start(sim.node('node'));
        let mayGo = false;
        runtime.register(
          holding(() => {
            if (!mayGo) throw new SkipReconcileError('not yet');
          }),
        );
        runtime.start();
        const [a, b] = [collection(state, A), collection(state, B)];
        await a.create('x', { text: '' });
        await sim.settle();
        expect(await a.teardown('x')).toBe(false);
        await sim.settle();
        expect((await b.get('x')).metadata.phase).toBe('running');
        mayGo = true;
        await b.addFinalizer('x', HOLDER);
        await a.addFinalizer('x', 'somebody');
        await sim.settle();
        expect((await b.get('x')).metadata.phase).toBe('tearingDown');
        expect((await a.get('x')).metadata.finalizers).toEqual(['T', 'somebody']);
        await b.removeFinalizer('x', HOLDER);
        await sim.settle();
        expect(await b.find('x')).toBeUndefined();
        expect((await a.get('x')).metadata.finalizers).toEqual(['somebody']);
      });
    }
  });

  test.each(['q', ''])('keeps an input for an output that it was mapped to before, then to "%s"', async (text) => {
    for (const seed of SEEDS) {
      await simulate({ seed }, async (sim) => {
        const { state, runtime } = start(sim.node('node'));
        runtime.register(controllers['transform that holds its inputs']);
        runtime.start();
        const [a, b] = [collection(state, A), collection(state, B)];
        await a.create('x', { text: 'p' });
        await sim.settle();
        await b.addFinalizer('x-p', HOLDER);
        await a.set('x', { text });
        await sim.settle();
        await a.teardown('x');
        await sim.settle();
        expect((await a.get('x')).metadata.finalizers).toEqual(['T']);
        await b.removeFinalizer('x-p', HOLDER);
        await sim.settle();
        expect((await a.get('x')).metadata.finalizers).toEqual([]);
        expect(await b.list()).toEqual([]);
      });
    }
  });

  test('keeps the output while others hold the input, as it is told', async () => {
    const held = async (
      options: { readonly ignoreTeardownWhile?: readonly string[]; readonly ignoreTeardownUntil?: readonly string[] },
      finalizers: readonly string[],
    ): Promise<boolean> => {
      const { value } = await simulate({}, async (sim) => {
        const { state, runtime } = start(sim.node('node'));
        runtime.register(
          transform({
            name: 'T',
            input: A,
            output: B,
            inputFinalizers: true,
            map: ({ metadata }) => metadata.id,
            transform: ({ spec }) => spec,
            ...options,
          }),
        );
        runtime.start();
        await collection(state, A).create('x', { text: '' }, { metadata: { finalizers } });
        await sim.settle();
        await collection(state, A).teardown('x');
        await sim.settle();
        return (await collection(state, B).find('x')) !== undefined;
      });
      return value;
    };
    expect(await held({ ignoreTeardownWhile: ['a', 'b'] }, ['b', 'c'])).toBe(true);
    expect(await held({ ignoreTeardownWhile: ['a', 'b'] }, ['c'])).toBe(false);
    expect(await held({ ignoreTeardownUntil: ['a'] }, ['a', 'c'])).toBe(true);
    expect(await held({ ignoreTeardownUntil: ['a'] }, ['a'])).toBe(false);
    expect(await held({ ignoreTeardownUntil: [] }, ['a'])).toBe(true);
    expect(await held({ ignoreTeardownUntil: [] }, [])).toBe(false);
  });
});

describe('an operator', () => {
  test('that ignores teardown keeps its output until the input is gone', async () => {
    await simulate({}, async (sim) => {
      const { state, runtime } = start(sim.node('node'));
      runtime.register(
        transform({
          name: 'T',
          input: A,
          output: B,
          ignoreTearingDown: true,
          map: ({ metadata }) => metadata.id,
          transform: ({ spec }) => spec,
        }),
      );
      runtime.start();
      const [a, b] = [collection(state, A), collection(state, B)];
      await a.create('x', { text: '' });
      await sim.settle();
      await a.teardown('x');
      await sim.settle();
      expect(await b.find('x')).toBeDefined();
      await a.destroy('x');
      await sim.settle();
      expect(await b.find('x')).toBeUndefined();
    });
  });

  test('whose map fails for one input makes the others’ outputs, and that one’s once it can', async () => {
    await simulate({}, async (sim) => {
      const { state, runtime } = start(sim.node('node'));
      runtime.register(
        transform({
          name: 'T',
          input: A,
          output: B,
          map: ({ metadata, spec }) => {
            if (spec.text === 'bad') throw new Error('bad');
            return metadata.id;
          },
          transform: ({ spec }) => spec,
        }),
      );
      runtime.start();
      const [a, b] = [collection(state, A), collection(state, B)];
      await a.create('x', { text: 'bad' });
      await a.create('y', { text: 'good' });
      await sim.advance('5s');
      expect((await b.list()).map(({ metadata }) => metadata.id)).toEqual(['y']);
      await a.set('x', { text: 'good' });
      await sim.advance(1);
      expect((await b.list()).map(({ metadata }) => metadata.id)).toEqual(['x', 'y']);
    });
  });

  test('makes an output again that somebody else tore down or destroyed', async () => {
    for (const seed of SEEDS) {
      await simulate({ seed }, async (sim) => {
        const { state, runtime } = start(sim.node('node'));
        runtime.register(controllers.transform);
        runtime.start();
        const [a, b] = [collection(state, A), collection(state, B)];
        await a.create('x', { text: 'p' });
        await sim.settle();
        if (sim.choose('how', 2) === 0) await b.teardown('x-p', { owner: 'T' });
        else await b.destroy('x-p', { owner: 'T' });
        await sim.settle();
        expect((await b.get('x-p')).metadata.phase).toBe('running');
      });
    }
  });

  test('costs one changed input the work of its own key, and a change of nothing no write', async () => {
    await simulate({}, async (sim) => {
      const { state, runtime } = start(sim.node('node'));
      let made = 0;
      runtime.register(
        merge({
          name: 'T',
          input: A,
          output: B,
          key: ({ metadata }) => metadata.id.slice(0, 2),
          merge: (inputs) => {
            made += 1;
            return { text: `${inputs.length}` };
          },
        }),
      );
      runtime.start();
      const a = collection(state, A);
      for (let id = 100; id < 200; id += 1) await a.create(`${id}`, { text: '' });
      await sim.settle();
      made = 0;
      const { position } = state;
      await a.set('150', { text: 'new' });
      await sim.settle();
      expect([made, state.position - position]).toEqual([1, 1]);
    });
  });
});

describe('cleanup', () => {
  const parentOf = ({ metadata }: Resource<Text>): string | undefined => metadata.id.split('-')[0];

  test('holds an input until its handlers are done, in their order, with crashes', async () => {
    for (const seed of SEEDS) {
      await simulate({ seed }, async (sim) => {
        const { state, runtime } = start(sim.node('node'));
        runtime.register(
          cleanup({
            name: 'K',
            input: A,
            handler: combine(removeOutputs(B, parentOf, { extraOwners: ['D'] }), hasNoOutputs(C, parentOf)),
          }),
        );
        runtime.start();
        const [a, b, c] = [collection(state, A), collection(state, B), collection(state, C)];
        for (const id of ['x', 'y']) await a.create(id, { text: '' });
        for (const [id, owner] of [
          ['x-1', ''],
          ['x-2', 'D'],
          ['x-3', 'E'],
          ['y-1', ''],
        ] as const) {
          await b.create(id, { text: '' }, { owner });
        }
        await b.addFinalizer('x-1', HOLDER);
        await c.create('x-1', { text: '' });
        await sim.settle();
        expect((await a.list()).map(({ metadata }) => metadata.finalizers)).toEqual([['K'], ['K']]);

        await a.teardown('x');
        for (let tick = sim.choose('ticks', 20); tick > 0; tick -= 1) await sim.tick();
        if (sim.choose('crash', 2) === 1) runtime.crash('K');
        await sim.settle();
        expect((await b.list()).map(({ metadata: { id, phase } }) => [id, phase])).toEqual([
          ['x-1', 'tearingDown'],
          ['x-3', 'running'],
          ['y-1', 'running'],
        ]);
        await b.removeFinalizer('x-1', HOLDER);
        await sim.settle();
        expect(await b.find('x-1')).toBeUndefined();
        expect((await a.get('x')).metadata.finalizers).toEqual(['K']);
        await c.destroy('x-1');
        await sim.settle();
        expect((await a.get('x')).metadata.finalizers).toEqual([]);
        expect((await a.get('y')).metadata.finalizers).toEqual(['K']);
        expect(sim.log.filter(({ level }) => level === 'error')).toEqual([]);
      });
    }
  });

  test('combines at least one handler, and none that read one kind differently', () => {
    expect(() => combine()).toThrow('combine() takes at least one handler');
    const odd = { ...hasNoOutputs(B, parentOf), ports: { 'input default/Bs.test.dev': destroy(B).ports['input']! } };
    expect(() => combine(hasNoOutputs(B, parentOf), odd as ReturnType<typeof hasNoOutputs>)).toThrow(
      'input "Bs.test.dev" has different kinds: mapped, primary',
    );
  });
});

describe('destroy', () => {
  test('destroys what users tore down, and nothing of a controller', async () => {
    for (const seed of SEEDS) {
      await simulate({ seed }, async (sim) => {
        const { state, runtime } = start(sim.node('node'));
        runtime.register(destroy(A));
        runtime.start();
        const a = collection(state, A);
        for (const id of ['free', 'held', 'running']) await a.create(id, { text: '' });
        await a.create('owned', { text: '' }, { owner: 'D' });
        await a.addFinalizer('held', HOLDER);
        for (const id of ['free', 'held']) await a.teardown(id);
        await a.teardown('owned', { owner: 'D' });
        await sim.settle();
        expect((await a.list()).map(({ metadata }) => metadata.id)).toEqual(['held', 'owned', 'running']);
        await a.removeFinalizer('held', HOLDER);
        await sim.settle();
        expect((await a.list()).map(({ metadata }) => metadata.id)).toEqual(['owned', 'running']);
      });
    }
  });
});
