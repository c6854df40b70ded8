import { Owner, realHost, sleep } from '@cosi-ts/core';
import { simulate, type Simulation } from '@cosi-ts/testing';
import { describe, expect, expectTypeOf, test } from 'vitest';
import type { Resource } from '@cosi-ts/resources';
import { collection, type Finalizers } from '../../state/collection.ts';
import type { MemoryState } from '../../state/memory-state.ts';
import type { ReconcileContext } from '../controller.ts';
import { defineController } from '../loop.ts';
import {
  destroyReady,
  exclusive,
  mapped,
  primary,
  shared,
  strong,
  weak,
  type InputPort,
  type LoopPorts,
  type OutputPort,
  type PortsOf,
} from '../ports.ts';
import { defineQueueController } from '../queue.ts';
import { ControllerRuntime } from '../engine/runtime.ts';
import { A, B, C, start, type Text } from '../engine/text-types.fixture.ts';

/** Runs `reconcile` once a wake-up in a loop controller with the given ports. */
function setUp<const P extends LoopPorts>(
  sim: Simulation,
  ports: P,
  reconcile: (ports: PortsOf<P>, context: ReconcileContext) => Promise<void>,
) {
  const { host, owner } = sim.node('node');
  const { state, runtime } = start({ host, owner });
  runtime.register(defineController({ name: 'C', ports, reconcile }));
  runtime.start();
  return {
    a: collection(state, A),
    b: collection(state, B),
    c: collection(state, C),
    state,
    runtime,
    owner,
    timers: host.timers,
  };
}

/** What a promise rejects with. */
const refusal = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise;
    return 'not refused';
  } catch (thrown) {
    return (thrown as Error).message;
  }
};

/** A port as those see it who go round its type. */
type Untyped = InputPort<Text> & OutputPort<Text> & Finalizers;

describe('a port', () => {
  test('refuses what it was not declared for, in the words of the COSI runtime', async () => {
    await simulate({}, async (sim) => {
      let refused: readonly string[] = [];
      const ports = { weak: weak(A), strong: strong(B, { id: 'x' }), output: exclusive(C) };
      setUp(sim, ports, async (typed) => {
        const { weak, strong, output } = typed as unknown as Record<keyof typeof ports, Untyped>;
        refused = await Promise.all([
          refusal(strong.get('y')),
          refusal(strong.find('y')),
          refusal(strong.list()),
          refusal(weak.create('y', { text: '' })),
          refusal(weak.set('y', { text: '' })),
          refusal(weak.modify('y', () => undefined)),
          refusal(weak.teardown('y')),
          refusal(weak.destroy('y')),
          refusal(weak.remove('y')),
          refusal(weak.addFinalizer('y', 'C')),
          refusal(output.removeFinalizer('y', 'C')),
          refusal(strong.addFinalizer('y', 'C')),
        ]);
      });
      await sim.settle();
      const query = 'attempt to query resource "default"/"Bs.test.dev", not input or output for controller "C"';
      const write = (attempt: string): string =>
        `resource "default"/"As.test.dev" is not an output for controller "C", ${attempt} attempted on "y"`;
      const hold = (type: string): string =>
        `attempt to change finalizers for resource "default"/"${type}", not an input with Strong dependency for controller "C"`;
      expect(refused).toEqual([
        query,
        query,
        query,
        write('create'),
        write('update'),
        write('update'),
        write('teardown'),
        write('destroy'),
        write('destroy'),
        hold('As.test.dev'),
        hold('Cs.test.dev'),
        hold('Bs.test.dev'),
      ]);
    });
  });

  test('writes as its controller, which owns what it creates, unless told otherwise', async () => {
    await simulate({}, async (sim) => {
      const { c } = setUp(sim, { output: exclusive(C) }, async ({ output }) => {
        await output.create('own', { text: '' });
        await output.create('free', { text: '' }, { owner: '' });
        await output.modify('free', (draft) => void (draft.text = 'changed'), { owner: '' });
      });
      await c.create('theirs', { text: '' }, { owner: 'D' });
      await sim.settle();
      expect((await c.list()).map(({ metadata }) => [metadata.id, metadata.owner])).toEqual([
        ['free', ''],
        ['own', 'C'],
        ['theirs', 'D'],
      ]);
    });
  });

  test('reads what its own controller has written', async () => {
    for (let seed = 0; seed < 50; seed += 1) {
      await simulate({ seed }, async (sim) => {
        let rounds = 0;
        const { a } = setUp(sim, { input: weak(A), output: exclusive(C) }, async ({ output }) => {
          rounds += 1;
          await output.set('x', { text: `${rounds}` });
          expect((await output.get('x')).spec.text).toBe(`${rounds}`);
          expect((await output.list()).map(({ spec }) => spec.text)).toEqual([`${rounds}`]);
        });
        for (let change = 0; change < 5; change += 1) {
          await a.set('x', { text: `${change}` });
          await sim.tick();
        }
        await sim.settle();
        expect(rounds).toBeGreaterThan(1);
      });
    }
  });

  test.each(['in a simulation', 'on the real host'])(
    'a call that nobody waits for brings nothing down: %s',
    async (where) => {
      const ports = { input: strong(A), narrow: weak(B, { id: 'only' }), output: exclusive(C) };
      let calls = 0;
      const reconcile = (typed: PortsOf<typeof ports>, context: ReconcileContext): Promise<void> => {
        const { input, narrow, output } = typed as unknown as Record<keyof typeof ports, Untyped>;
        const called = [
          output.destroy('nothing'),
          output.teardown('nothing'),
          output.set('theirs', { text: 'ours' }),
          output.create('theirs', { text: 'ours' }),
          output.modify('nothing', () => undefined),
          output.update('nothing', (current) => current),
          output.remove('theirs'),
          input.get('nothing'),
          input.uncached.get('nothing'),
          input.addFinalizer('nothing', 'f'),
          input.set('x', { text: '' }),
          input.remove('x'),
          narrow.find('other'),
          narrow.list(),
          narrow.teardownSignal('other'),
          context.cleanupOutputs(output),
        ];
        calls = called.length;
        return Promise.resolve();
      };
      const neverHeard = async (state: MemoryState): Promise<void> => {
        await collection(state, C).create('theirs', { text: '' }, { owner: 'other' });
      };
      if (where === 'in a simulation') {
        await simulate({}, async (sim) => {
          const { state } = setUp(sim, ports, reconcile);
          await neverHeard(state);
          await sim.settle();
        });
      } else {
        await using owner = new Owner('test');
        const { state, runtime } = start({ host: realHost(), owner });
        await neverHeard(state);
        runtime.register(defineController({ name: 'C', ports, reconcile }));
        runtime.start();
        for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      }
      expect(calls).toBe(16);
    },
  );

  test('keeps to the rate of changes of its controller, which is no other’s', async () => {
    await simulate({}, async (sim) => {
      const { host, owner } = sim.node('node');
      const { state } = start({ host, owner });
      const runtime = new ControllerRuntime({ state, host, owner, changeRate: { rate: 100, burst: 1 } });
      const at: Record<string, number[]> = { eager: [], like: [], own: [] };
      const rates = { eager: {}, like: {}, own: { changeRate: { rate: 10, burst: 3 } } };
      for (const [name, rate] of Object.entries(rates)) {
        runtime.register(
          defineController({
            name,
            ports: { input: strong(A), output: shared(C) },
            ...rate,
            async reconcile({ input, output }) {
              await input.list();
              for (let id = 0; id < 4; id += 1) {
                await output.set(`${name}-${id}`, { text: '' });
                at[name]?.push(sim.now);
              }
              await input.addFinalizer('x', name);
              at[name]?.push(sim.now);
            },
          }),
        );
      }
      await collection(state, A).create('x', { text: '' });
      runtime.start();
      await sim.settle();
      const first = Object.fromEntries(Object.entries(at).map(([name, times]) => [name, times.slice(0, 5)]));
      expect(first).toEqual({ eager: [0, 10, 20, 30, 40], like: [0, 10, 20, 30, 40], own: [0, 0, 0, 100, 200] });
      expect(await collection(state, C).list()).toHaveLength(12);
    });
  });
});

describe('aiming an input', () => {
  test('narrows what it wakes for and what may be read, and what was not followed before is told', async () => {
    await simulate({}, async (sim) => {
      let aim: readonly string[] | undefined = ['x'];
      let wakes = 0;
      const seen: string[] = [];
      const { a, c, runtime } = setUp(
        sim,
        { control: weak(C), input: weak(A, { ids: [] }), output: exclusive(B) },
        async ({ input }) => {
          wakes += 1;
          input.aim(aim);
          seen.push(await refusal(input.get('x')), await refusal(input.list()));
        },
      );
      const refused = 'attempt to query resource "default"/"As.test.dev", not input or output for controller "C"';
      const edges = () => runtime.dependencyGraph().flatMap(({ kind, id }) => (kind === 'weak' ? [id] : []));
      expect(edges()).toEqual([undefined]);
      await sim.settle();
      await a.create('x', { text: '' });
      await a.create('y', { text: '' });
      await sim.settle();
      expect(edges()).toEqual(['x', undefined]);
      expect([wakes, seen.at(-2), seen.at(-1)]).toEqual([2, 'not refused', refused]);
      await a.set('y', { text: 'new' });
      await sim.settle();
      expect(wakes).toBe(2);

      aim = [];
      await c.create('now', { text: '' });
      await sim.settle();
      await a.set('x', { text: 'new' });
      await sim.settle();
      expect([wakes, seen.at(-2), seen.at(-1)]).toEqual([3, refused, refused]);

      aim = ['y', 'z'];
      await c.set('now', { text: 'again' });
      await sim.settle();
      expect(wakes).toBe(5);
      await a.create('z', { text: '' });
      await sim.settle();
      expect(wakes).toBe(6);
    });
  });

  test('outlives a restart of the controller', async () => {
    await simulate({}, async (sim) => {
      let aims = 0;
      let wakes = 0;
      const { a, runtime } = setUp(sim, { input: weak(A, { ids: [] }), output: exclusive(B) }, ({ input }) => {
        wakes += 1;
        if (aims === 0) input.aim(['x']);
        aims = 1;
        return Promise.resolve();
      });
      await sim.settle();
      runtime.crash('C');
      await sim.settle();
      expect(wakes).toBe(2);
      await a.create('x', { text: '' });
      await sim.settle();
      expect(wakes).toBe(3);
    });
  });
});

describe('tracking outputs', () => {
  test('removes what was not written again, also what is held, once it is let go', async () => {
    for (let seed = 0; seed < 30; seed += 1) {
      await simulate({ seed }, async (sim) => {
        const { a, b, owner } = setUp(sim, { inputs: weak(A), doubles: shared(B) }, async (ports, context) => {
          context.trackOutputs();
          for (const { metadata, spec } of await ports.inputs.list()) {
            await ports.doubles.set(metadata.id, { text: `${spec.text}${spec.text}` });
          }
          await context.cleanupOutputs(ports.doubles);
        });
        await b.create('theirs', { text: '' }, { owner: 'D' });
        for (const id of ['x', 'y', 'z']) await a.create(id, { text: id });
        await sim.settle();
        expect((await b.list()).map(({ spec }) => spec.text)).toEqual(['', 'xx', 'yy', 'zz']);
        await b.addFinalizer('y', 'holder');
        await a.destroy('x');
        await a.destroy('y');
        await sim.settle();
        expect((await b.list()).map(({ metadata: { id, phase } }) => [id, phase])).toEqual([
          ['theirs', 'running'],
          ['y', 'tearingDown'],
          ['z', 'running'],
        ]);
        await b.removeFinalizer('y', 'holder');
        await sim.settle();
        expect((await b.list()).map(({ metadata }) => metadata.id)).toEqual(['theirs', 'z']);
        await owner.close();
      });
    }
  });

  test('is refused twice, or without a beginning, and for what is no output of the controller', async () => {
    await simulate({}, async (sim) => {
      const seen: string[] = [];
      setUp(sim, { output: exclusive(B) }, async ({ output }, context) => {
        seen.push(await refusal(context.cleanupOutputs(output)));
        context.trackOutputs();
        seen.push(await refusal(Promise.resolve().then(() => context.trackOutputs())));
        seen.push(await refusal(context.cleanupOutputs({ ...output })));
      });
      await sim.settle();
      expect(seen).toEqual([
        'outputs are not tracked',
        'outputs are tracked already',
        'cleanupOutputs() takes ports of "C"',
      ]);
    });
  });
});

describe('the teardown signal of a resource', () => {
  test.each(['teardown', 'destroy'] as const)('ends work on it that takes long: %s', async (how) => {
    for (let seed = 0; seed < 30; seed += 1) {
      await simulate({ seed }, async (sim) => {
        const { host, owner } = sim.node('node');
        const { state, runtime } = start({ host, owner });
        const log: string[] = [];
        runtime.register(
          defineQueueController({
            name: 'slow',
            ports: { inputs: primary(A), outputs: exclusive(B) },
            async reconcile({ inputs }, key) {
              if ((await inputs.find(key))?.metadata.phase !== 'running') {
                log.push(`${key} is going`);
                return;
              }
              const signal = await inputs.teardownSignal(key);
              await new Promise((_resolve, reject) => {
                if (signal.aborted) reject(signal.reason as Error);
                signal.addEventListener('abort', () => reject(signal.reason as Error));
              });
            },
          }),
        );
        const a = collection(state, A);
        await a.create('x', { text: '' });
        runtime.start();
        await sim.settle();
        await a[how]('x');
        await sim.settle();
        expect(log).toEqual(['x is going']);
        expect(sim.log.filter(({ level }) => level !== 'debug')).toEqual([]);
      });
    }
  });

  test('is aborted from the beginning for what is not there, and nobody else’s end counts', async () => {
    await simulate({}, async (sim) => {
      const seen: boolean[] = [];
      const ports = { input: destroyReady(A), output: exclusive(B) };
      const { b, timers } = setUp(sim, ports, async ({ input, output }) => {
        seen.push((await input.teardownSignal('x')).aborted, (await output.teardownSignal('y')).aborted);
        const signal = await output.teardownSignal('held');
        seen.push(signal.aborted);
        await output.teardown('other');
        await output.teardown('held');
        await sleep(timers, 1);
        seen.push(signal.aborted);
      });
      await b.create('held', { text: '' }, { owner: 'C' });
      await b.create('other', { text: '' }, { owner: 'C' });
      await sim.advance(2);
      expect(seen).toEqual([true, true, false, true]);
    });
  });
});

test('the types of ports allow what was declared, and nothing else', () => {
  const ports = { weak: weak(A), strong: strong(B), output: shared(C) } as const;
  type Ports = PortsOf<typeof ports>;
  expectTypeOf<Ports['weak']['get']>().returns.resolves.toEqualTypeOf<Resource<Text>>();
  expectTypeOf<Ports['weak']>().not.toHaveProperty('create');
  expectTypeOf<Ports['weak']>().not.toHaveProperty('addFinalizer');
  expectTypeOf<Ports['strong']>().toHaveProperty('addFinalizer');
  expectTypeOf<Ports['strong']>().not.toHaveProperty('set');
  expectTypeOf<Ports['output']>().toHaveProperty('set');
  expectTypeOf<Ports['output']>().not.toHaveProperty('addFinalizer');
  expectTypeOf<Ports['output']>().not.toHaveProperty('aim');
  expectTypeOf<Ports>().not.toHaveProperty('other');

  const controllers = [
    () =>
      defineController({
        name: 'C',
        ports,
        async reconcile({ weak: _weak, strong: _strong, output, ...rest }) {
          expectTypeOf(rest).toEqualTypeOf<{}>();
          // @ts-expect-error of another type
          await output.set('x', { number: 1 });
          await output.set('x', { text: '' });
        },
      }),
    // @ts-expect-error a loop controller has no queue inputs
    () => defineController({ name: 'C', ports: { input: primary(A) }, reconcile: () => Promise.resolve() }),
    // @ts-expect-error a queue controller has no loop inputs
    () => defineQueueController({ name: 'C', ports: { input: weak(A) }, reconcile: () => Promise.resolve() }),
    () =>
      defineQueueController({
        name: 'C',
        ports: { input: mapped(A) },
        // @ts-expect-error there is no such port
        mappers: { other: () => [] },
        reconcile: (ports) => {
          expectTypeOf(ports).not.toHaveProperty('other');
          return Promise.resolve();
        },
      }),
  ];
  expect(controllers).toHaveLength(4);
});
