import { sleep } from '@cosi-ts/core';
import { simulate, type Simulation } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import { collection } from '../../state/collection.ts';
import { MemoryState } from '../../state/memory-state.ts';
import { RegistrationError } from '../graph/database.ts';
import { defineController } from '../loop.ts';
import { exclusive, primary, shared, strong, weak } from '../ports.ts';
import { defineQueueController } from '../queue.ts';
import { ControllerRuntime } from './runtime.ts';
import { A, B, C, start } from './text-types.fixture.ts';

function counter(sim: Simulation, name: string) {
  const at: number[] = [];
  const controller = defineController({
    name,
    ports: { inputs: weak(A), outputs: shared(C) },
    reconcile: async ({ outputs }) => {
      at.push(sim.now);
      await outputs.set(name, { text: `${at.length}` });
    },
  });
  return { at, controller };
}

describe('a loop controller', () => {
  test('is woken once by a burst, and by what came while it worked', async () => {
    await simulate({}, async (sim) => {
      const { state, runtime } = start(sim.node('node'));
      const { at, controller } = counter(sim, 'counter');
      runtime.register(controller);
      runtime.start();
      await sim.settle();
      expect(at).toHaveLength(1);
      const a = collection(state, A);
      await Promise.all(Array.from({ length: 1000 }, (_, id) => a.create(`${id}`, { text: '' })));
      await sim.settle();
      expect(at.length).toBeGreaterThan(1);
      expect(at.length).toBeLessThan(5);
    });
  });

  test('knows what woke it', async () => {
    await simulate({}, async (sim) => {
      const { state, runtime } = start(sim.node('node'));
      const seen: (readonly string[])[] = [];
      runtime.register(
        defineController({
          name: 'why',
          ports: { inputs: weak(A), outputs: exclusive(B) },
          reconcile: async ({ outputs }, { causes }) => {
            seen.push(causes.map(({ key, position }) => `${key}@${position}`));
            await outputs.set('b', { text: `${seen.length}` });
          },
        }),
      );
      runtime.start();
      await sim.settle();
      await collection(state, A).create('x', { text: '' });
      await sim.settle();
      expect(seen).toEqual([[], ['x@2']]);
      const cursor = state.changes(B);
      expect(cursor.pull()?.changed).toHaveLength(1);
    });
  });

  test('that fails is restarted later each time, alone, until it succeeds', async () => {
    await simulate({}, async (sim) => {
      const { runtime } = start(sim.node('node'));
      const { at, controller } = counter(sim, 'neighbour');
      const starts: number[] = [];
      runtime.register(
        defineController({
          name: 'fails',
          ports: { inputs: weak(A), outputs: exclusive(B) },
          reconcile: () => {
            starts.push(sim.now);
            // Not even a promise.
            if (starts.length < 6) throw new Error('no');
            return Promise.resolve();
          },
        }),
      );
      runtime.register(controller);
      runtime.start();
      await sim.advance('10m');
      expect(starts).toHaveLength(6);
      const waits = starts.slice(1).map((time, index) => time - (starts[index] ?? 0));
      for (const [index, wait] of waits.entries()) {
        expect(wait).toBeGreaterThanOrEqual(250 * 1.5 ** index);
        expect(wait).toBeLessThanOrEqual(Math.ceil(750 * 1.5 ** index));
      }
      expect(at).toEqual([0]);
    });
  });

  test('an error that only looks like a cancellation restarts it as well', async () => {
    await simulate({}, async (sim) => {
      const { runtime } = start(sim.node('node'));
      let runs = 0;
      runtime.register(
        defineController({
          name: 'cancelled by somebody else',
          ports: { inputs: weak(A), outputs: exclusive(B) },
          reconcile: () => {
            runs += 1;
            throw new DOMException('this operation was aborted', 'AbortError');
          },
        }),
      );
      runtime.start();
      await sim.advance('1m');
      expect(runs).toBeGreaterThan(5);
    });
  });
});

describe('a reconcile that never ends', () => {
  const hanging = (seen: string[]) =>
    defineQueueController({
      name: 'hangs',
      ports: { inputs: primary(A), outputs: exclusive(B) },
      concurrency: 2,
      async reconcile({ outputs }, key) {
        if (key === 'hang') await new Promise(() => undefined);
        await outputs.set(key, { text: '' });
        seen.push(key);
      },
    });

  test('keeps a hand busy, and nobody else', async () => {
    await simulate({}, async (sim) => {
      const { state, runtime } = start(sim.node('node'));
      const seen: string[] = [];
      runtime.register(hanging(seen));
      runtime.start();
      for (const id of ['hang', 'x', 'y']) await collection(state, A).create(id, { text: '' });
      await sim.advance('1h');
      expect(seen).toEqual(['x', 'y']);
    });
  });

  test('is given up after a while when the runtime stops, and says so', async () => {
    await simulate({}, async (sim) => {
      const { host, owner } = sim.node('node');
      const { state, runtime } = start({ host, owner });
      runtime.register(hanging([]));
      runtime.start();
      await collection(state, A).create('hang', { text: '' });
      await sim.settle();
      const stopping = owner.close();
      await sim.advance('10s');
      await stopping;
      expect(sim.now).toBe(10_000);
      expect(sim.log.filter(({ level }) => level !== 'debug').map(({ message }) => message)).toEqual([
        'controller did not stop in time',
      ]);
      expect(sim.isQuiet()).toBe(true);
    });
  });

  test('that comes back after that reaches nothing', async () => {
    await simulate({}, async (sim) => {
      const { host, owner } = sim.node('node');
      const { state, runtime } = start({ host, owner });
      const late = Promise.withResolvers<void>();
      let refused: unknown;
      runtime.register(
        defineController({
          name: 'late',
          ports: { inputs: weak(A), outputs: exclusive(B) },
          reconcile: async ({ outputs }) => {
            await late.promise;
            await outputs.set('late', { text: '' }).catch((thrown: unknown) => (refused = thrown));
          },
        }),
      );
      runtime.start();
      await sim.settle();
      const stopping = owner.close();
      await sim.advance('20s');
      await stopping;
      late.resolve();
      await sim.settle();
      expect(refused).toMatchObject({ name: 'AbortError' });
      expect(await collection(state, B).list()).toEqual([]);
    });
  });
});

describe('a stop', () => {
  test('tells a reconcile, waits for it, and runs the shutdown hook last, once', async () => {
    await simulate({}, async (sim) => {
      const { host, owner } = sim.node('node');
      const { state, runtime } = start({ host, owner });
      const events: string[] = [];
      runtime.register(
        defineQueueController({
          name: 'polite',
          ports: { inputs: primary(A), outputs: exclusive(B) },
          async reconcile({ outputs }, key, { signal }) {
            await sleep(host.timers, 60_000, signal).catch(() => events.push('told'));
            await outputs.set(key, { text: 'goodbye' });
            events.push('done');
          },
          shutdownHook: () => void events.push('shutdown'),
        }),
      );
      runtime.start();
      await collection(state, A).create('x', { text: '' });
      await sim.advance(1);
      const stopping = owner.close();
      await sim.settle();
      await stopping;
      expect(events).toEqual(['told', 'done', 'shutdown']);
      expect((await collection(state, B).get('x')).spec.text).toBe('goodbye');
    });
  });

  test('that is a crash runs nothing of it', async () => {
    await simulate({}, async (sim) => {
      const { host, owner } = sim.node('node');
      const { runtime } = start({ host, owner });
      const events: string[] = [];
      runtime.register(
        defineQueueController({
          name: 'polite',
          ports: { inputs: primary(A), outputs: exclusive(B) },
          reconcile: () => Promise.resolve(),
          shutdownHook: () => void events.push('shutdown'),
        }),
      );
      runtime.start();
      await sim.settle();
      owner.drop();
      await sim.settle();
      expect(events).toEqual([]);
    });
  });
});

describe('a hook', () => {
  test('is started again when it fails, later each time, and is done when it returns', async () => {
    await simulate({}, async (sim) => {
      const { host, owner } = sim.node('node');
      const { state, runtime } = start({ host, owner });
      const starts: number[] = [];
      runtime.register(
        defineQueueController({
          name: 'hooked',
          ports: { inputs: primary(A), outputs: exclusive(B) },
          reconcile: () => Promise.resolve(),
          async runHook({ outputs }, { signal }) {
            starts.push(sim.now);
            await outputs.set('hook', { text: `${starts.length}` });
            if (starts.length === 10) await sleep(host.timers, 120_000, signal);
            if (starts.length < 12) throw new Error('no');
          },
        }),
      );
      runtime.start();
      await sim.advance('10m');
      expect(starts).toHaveLength(12);
      expect((starts[9] ?? 0) - (starts[8] ?? 0)).toBeGreaterThan(5000);
      // It ran for more than a minute, so that it begins anew.
      expect((starts[10] ?? 0) - (starts[9] ?? 0)).toBeLessThanOrEqual(120_750);
      expect((await collection(state, B).get('hook')).spec.text).toBe('12');
    });
  });
});

describe('registration', () => {
  const named = (name: string, ports: Parameters<typeof defineController>[0]['ports']) =>
    defineController({ name, ports, reconcile: () => Promise.resolve() });

  test.each([
    ['a name twice', named('first', {}), 'controller "first" already registered'],
    [
      'two exclusive writers',
      named('other', { outputs: exclusive(B) }),
      'resource "Bs.test.dev" is already managed in exclusive mode by "first"; let one controller write it, or declare all its outputs shared',
    ],
    [
      'a shared writer beside an exclusive one',
      named('other', { outputs: shared(B) }),
      'resource "Bs.test.dev" is already managed in exclusive mode by "first"; let one controller write it, or declare all its outputs shared',
    ],
    [
      'an exclusive writer beside a shared one',
      named('other', { outputs: exclusive(C) }),
      'resource "Cs.test.dev" is already managed in shared mode by "first"; let one controller write it, or declare all its outputs shared',
    ],
    [
      'an input twice',
      named('other', { one: weak(A), two: strong(A) }),
      'duplicate controller input: "other" -> default/As.test.dev',
    ],
    [
      'an output twice',
      named('other', { one: shared(C), two: shared(C) }),
      'duplicate shared controller output: "Cs.test.dev" -> "other"',
    ],
    [
      'an input of the other style',
      { ...named('other', {}), ports: { inputs: primary(A) } },
      'invalid input kind 3 for controller "other"',
    ],
    ['no hands', { ...named('other', {}), concurrency: 0 }, 'invalid concurrency: 0'],
  ])('refuses %s, and keeps nothing of it', async (_what, controller, message) => {
    await simulate({}, async (sim) => {
      const { runtime } = start(sim.node('node'));
      runtime.register(named('first', { all: weak(A), outputs: exclusive(B), more: shared(C) }));
      const before = runtime.dependencyGraph();
      expect(() => runtime.register(controller)).toThrow(new RegistrationError(message));
      expect(runtime.dependencyGraph()).toEqual(before);
    });
  });

  test('allows a kind and one of its resources, and outputs of one type in several namespaces', async () => {
    await simulate({}, async (sim) => {
      const { runtime } = start(sim.node('node'));
      runtime.register(named('first', { all: weak(A), one: weak(A, { id: 'x' }), b: shared(B), c: shared(B.in('c')) }));
      expect(runtime.dependencyGraph()).toEqual([
        { controller: 'first', kind: 'shared', namespace: '', type: 'Bs.test.dev', id: undefined },
        { controller: 'first', kind: 'weak', namespace: 'default', type: 'As.test.dev', id: undefined },
        { controller: 'first', kind: 'weak', namespace: 'default', type: 'As.test.dev', id: 'x' },
      ]);
    });
  });

  test('while running starts the controller at once', async () => {
    await simulate({}, async (sim) => {
      const { runtime, state } = start(sim.node('node'));
      runtime.start();
      const { at, controller } = counter(sim, 'late');
      runtime.register(controller);
      await collection(state, A).create('x', { text: '' });
      await sim.settle();
      expect(at.length).toBeGreaterThan(0);
      expect(() => runtime.start()).toThrow('runtime has already been started');
    });
  });
});

describe('the start', () => {
  test('warns of what may never end, and mentions what is missing', async () => {
    await simulate({}, async (sim) => {
      const { runtime } = start(sim.node('node'));
      const named = (name: string, ports: Parameters<typeof defineController>[0]['ports']) =>
        defineController({ name, ports, reconcile: () => Promise.resolve() });
      runtime.register(named('one', { a: strong(A), b: exclusive(B) }));
      runtime.register(named('two', { b: strong(B), a: exclusive(A), c: shared(C) }));
      runtime.register(named('three', { c: weak(C.in('elsewhere')) }));
      runtime.start();
      await sim.settle();
      expect(sim.log.map(({ level, message }) => `${level}: ${message.split(';')[0]}`)).toEqual([
        'warn: controllers feed each other, and may never come to rest: one → two → one',
        'warn: each waits with its teardown for the next one’s: one → two → one',
        'debug: no controller writes elsewhere/Cs.test.dev, which is read by three',
        'debug: no controller reads default/Cs.test.dev, which is written by two',
      ]);
      expect(runtime.checkGraph().map(({ what }) => what)).toEqual([
        'cycle',
        'teardownDeadlock',
        'noProducer',
        'noReader',
      ]);
    });
  });
});

test('two runtimes in one process never notice each other', async () => {
  await simulate({}, async (sim) => {
    const { host, owner } = sim.node('node');
    const one = start({ host, owner: owner.child('one') });
    const other = new MemoryState({ clock: host.clock, random: host.random, types: { find: () => undefined } });
    const second = new ControllerRuntime({ state: other, host, owner: owner.child('other') });
    const { at, controller } = counter(sim, 'same name');
    one.runtime.register(controller);
    second.register(controller);
    one.runtime.start();
    await sim.settle();
    expect(at).toHaveLength(1);
    expect(await collection(other, C).list()).toEqual([]);
  });
});
