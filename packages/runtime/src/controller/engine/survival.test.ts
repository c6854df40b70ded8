import { Owner, realHost, type ChangesCursor } from '@cosi-ts/core';
import { simulate } from '@cosi-ts/testing';
import type { Resource } from '@cosi-ts/resources';
import { describe, expect, test } from 'vitest';
import { collection } from '../../state/collection.ts';
import type { State } from '../../state/state.ts';
import { defineController } from '../loop.ts';
import { merge } from '../operators/merge.ts';
import { transform } from '../operators/transform.ts';
import { MemoryState } from '../../state/memory-state.ts';
import { exclusive, shared, weak } from '../ports.ts';
import { ControllerRuntime } from './runtime.ts';
import { A, B, C, start, type Text } from './text-types.fixture.ts';

const chain = [
  merge({
    name: 'AtoB',
    input: A,
    output: B,
    key: ({ metadata }) => metadata.id.slice(0, -1),
    merge: (all) => ({ text: all.map(({ spec }) => spec.text).join('+') }),
  }),
  transform({ name: 'BtoC', input: B, output: C, map: ({ metadata }) => metadata.id, transform: ({ spec }) => spec }),
];

async function fill(state: State, count: number): Promise<void> {
  const a = collection(state, A);
  for (let n = 0; n < count; n += 1) await a.create(`${n}a`, { text: `${n}` });
}

/** Resolves once so many resources of a kind were seen, as they shall be. */
async function seen(
  cursor: ChangesCursor<Resource>,
  count: number,
  isGood: (resource: Resource) => boolean = () => true,
): Promise<void> {
  const keys = new Set<string>();
  while (keys.size < count) {
    await cursor.ready();
    for (const { key, value } of cursor.pull()?.changed ?? []) if (value !== undefined && isGood(value)) keys.add(key);
  }
}

// With default settings, what ends the reference's runtime: its own writes, or a burst, outrun its watches.
describe('a runtime survives', () => {
  test('ten thousand inputs that are there at the start', async () => {
    await using owner = new Owner('test');
    const { state, runtime } = start({ host: realHost(), owner });
    for (const controller of chain) runtime.register(controller);
    await fill(state, 10_000);
    runtime.start();
    await seen(state.changes(C), 10_000);
    expect((await collection(state, C).list()).every(({ metadata, spec }) => metadata.id === spec.text)).toBe(true);
  });

  test('a hundred thousand inputs in one burst, and another for some of them', async () => {
    await using owner = new Owner('test');
    const { state, runtime } = start({ host: realHost(), owner });
    for (const controller of chain) runtime.register(controller);
    runtime.start();
    await fill(state, 100_000);
    await seen(state.changes(C), 100_000);
    const a = collection(state, A);
    for (let n = 0; n < 100_000; n += 10) await a.create(`${n}b`, { text: 'b' });
    await seen(state.changes(C), 10_000, ({ spec }) => (spec as Text).text.endsWith('+b'));
  });

  test('a merge that outruns its reader', async () => {
    await using owner = new Owner('test');
    const host = realHost();
    const history = { initialCapacity: 10, maxCapacity: 10, gap: 1 };
    const state = new MemoryState({
      clock: host.clock,
      random: host.random,
      types: { find: () => undefined },
      history,
    });
    const runtime = new ControllerRuntime({ state, host, owner });
    const [merges] = chain;
    if (merges !== undefined) runtime.register(merges);
    let rounds = 0;
    runtime.register(
      defineController({
        name: 'slow',
        ports: { b: weak(B), c: exclusive(C) },
        async reconcile({ b, c }) {
          rounds += 1;
          // Whatever it reads is long since old when it is done.
          for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
          await c.set('count', { text: `${(await b.list()).length}` });
        },
      }),
    );
    runtime.start();
    await fill(state, 10_000);
    await seen(state.changes(C), 1, ({ spec }) => (spec as Text).text === '10000');
    expect(rounds).toBeLessThan(1000);
  });
});

describe('a runtime leaves nothing behind', () => {
  test('after a thousand restarts and ten thousand changes of inputs', async () => {
    await simulate({}, async (sim) => {
      const node = sim.node('node');
      const { host, owner } = node;
      const { state } = start({ host, owner: owner.child('unused') });
      const cursors = new Set<ChangesCursor<Resource>>();
      const counted: State = Object.assign(Object.create(state) as State, {
        get: state.get.bind(state),
        find: state.find.bind(state),
        list: state.list.bind(state),
        create: state.create.bind(state),
        update: state.update.bind(state),
        destroy: state.destroy.bind(state),
        teardown: state.teardown.bind(state),
        changes: (kind: typeof A, since?: number) => {
          const cursor = state.changes(kind, since);
          cursors.add(cursor);
          return cursor;
        },
      });
      const open = (): number => [...cursors].filter(({ isClosed }) => !isClosed).length;
      const runtime = new ControllerRuntime({ state: counted, host, owner });
      let aims = 0;
      let failing = 0;
      runtime.register(
        defineController({
          name: 'aims',
          ports: { wakes: weak(A), inputs: weak(B, { ids: [] }), outputs: shared(C) },
          async reconcile({ inputs, outputs }, context) {
            aims += 1;
            inputs.aim(aims % 3 === 0 ? undefined : [`${aims % 7}`]);
            (await outputs.teardownSignal('x')).addEventListener('abort', () => undefined);
            context.trackOutputs();
            await outputs.set('x', { text: `${aims % 2}` });
            await context.cleanupOutputs(outputs);
            failing -= 1;
            if (failing >= 0) throw new Error('as told');
          },
        }),
      );
      runtime.register(
        transform<Text, Text>({
          name: 'T',
          input: A,
          output: B.in('made'),
          outputKind: 'shared',
          map: ({ metadata }) => metadata.id,
          transform: ({ spec }) => spec,
        }),
      );
      runtime.start();
      await sim.settle({ steps: 1_000_000 });
      const before = { open: open(), live: owner.liveCount, handles: node.handles() };
      const a = collection(state, A);
      for (let change = 0; change < 10_000; change += 1) {
        await a.set('x', { text: `${change}` });
        await sim.settle({ steps: 1_000_000 });
        if (change % 20 === 0) runtime.crash('aims');
        if (change % 20 === 10) runtime.crash('T');
        if (change % 100 === 5) failing = 2;
      }
      await a.set('x', { text: 'last' });
      await sim.settle({ steps: 1_000_000 });
      expect(aims).toBeGreaterThan(10_000);
      // One more or less, depending on where the aim is.
      expect(Math.abs(open() - before.open)).toBeLessThanOrEqual(1);
      expect(owner.liveCount).toBe(before.live);
      expect(node.handles()).toEqual(before.handles);
      await owner.close();
      expect(open()).toBe(0);
      expect(node.handles()).toEqual([]);
    });
  });
});

test('a state that lost its history, or a slow controller, is worked off by the difference', async () => {
  await simulate({}, async (sim) => {
    const { host, owner } = sim.node('node');
    const { state, runtime } = start({ host, owner });
    const blocked = Promise.withResolvers<void>();
    let isBlocked = false;
    runtime.register(
      transform({
        name: 'T',
        input: A,
        output: B,
        map: ({ metadata }) => metadata.id,
        transform: async ({ spec }) => {
          if (isBlocked) await blocked.promise;
          return spec;
        },
      }),
    );
    runtime.register(
      defineController({ name: 'idle', ports: { b: weak(B), c: exclusive(C) }, reconcile: async () => {} }),
    );
    runtime.start();
    const a = collection(state, A);
    await fill(state, 50);
    await sim.settle({ steps: 1_000_000 });
    isBlocked = true;
    // More than the tombstones that are kept: cursors that are behind have to list anew.
    for (let n = 0; n < 50; n += 1) await a.destroy(`${n}a`);
    for (let n = 0; n < 12_000; n += 1) {
      await a.create(`gone-${n}`, { text: '' });
      await a.destroy(`gone-${n}`);
    }
    await a.create('new', { text: 'new' });
    isBlocked = false;
    blocked.resolve();
    await sim.settle({ steps: 10_000_000 });
    expect((await collection(state, B).list()).map(({ metadata }) => metadata.id)).toEqual(['new']);
  });
});
