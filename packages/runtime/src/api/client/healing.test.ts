import { RpcError, type HistoryOptions } from '@cosi-ts/core';
import { Labels, Namespace, type Resource } from '@cosi-ts/resources';
import { simulate, type Simulation } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import { compileQuery } from '../../state/query/query.ts';
import type { MemoryState } from '../../state/memory-state.ts';
import type { Watch } from '../../state/watch.ts';
import { Fold, startServer, type Server } from './healing.fixture.ts';

const HISTORY = {
  'of days': { initialCapacity: 1 << 16, maxCapacity: 1 << 16, gap: 0 },
  'shorter than a burst': { initialCapacity: 10, maxCapacity: 10, gap: 2 },
} satisfies Record<string, HistoryOptions>;

const DAY = 24 * 60 * 60_000;
const IDS = ['0', '1', '2', '3', '4', '5', '6', '7'];
const odd = compileQuery({ labels: [[{ key: 'odd', op: 'exists' }]] });

describe.each([
  { seed: 1, cuts: 1000 },
  { seed: 2, cuts: 50 },
  { seed: 3, cuts: 50 },
  { seed: 4, cuts: 50 },
])('in a day with $cuts cuts (seed $seed)', { timeout: 60_000 }, ({ seed, cuts }) => {
  test('a server with history gives each event exactly once', async () => {
    await simulate({ seed, faults: ['refuse', 'delay'] }, async (sim) => {
      const { server, remote } = await startServer(
        sim.node('server').host,
        sim.node('client').host,
        HISTORY['of days'],
      );
      const [contents, changes, log] = [new Fold(), new Fold(), new Fold()];
      void log.follow(await server.state.watchKind(Namespace, { bootstrapContents: true }));
      void contents.follow(await opened(() => remote.watchKind(Namespace, { bootstrapContents: true })));
      void changes.follow(await opened(() => remote.watchKind(Namespace)));
      await live(sim, server, { cuts });
      expect(contents.seen).toEqual(log.seen);
      expect(changes.seen).toEqual(log.seen);
      expect(log.seen.length).toBeGreaterThan(cuts);
      expect([contents.bootstraps, changes.bootstraps]).toEqual([1, 0]);
    });
  });

  test.each([
    ['loses its history', 'shorter than a burst', false],
    ['sometimes forgets everything', 'of days', true],
  ] as const)('a server that %s leaves nobody with anything else than it has', async (_, history, forgets) => {
    await simulate({ seed, faults: ['cut', 'refuse', 'delay', 'stall'] }, async (sim) => {
      const { server, remote } = await startServer(sim.node('server').host, sim.node('client').host, HISTORY[history]);
      await change(sim, server.state);
      const before = await server.state.list(Namespace);
      const [all, later, single, some] = [new Fold(), new Fold(), new Fold(), new Fold()];
      for (const resource of before) later.contents.set(resource.metadata.id, resource);
      void all.follow(await opened(() => remote.watchKind(Namespace, { bootstrapContents: true })));
      void later.follow(await opened(() => remote.watchKind(Namespace)));
      void single.follow(await opened(() => remote.watch(Namespace.pointer('3'))));
      void some.follow(await opened(() => remote.watchKind(Namespace, { bootstrapContents: true, query: odd })));
      const last = new Map<string, Resource>();
      const cursor = remote.changes?.(Namespace);
      const pull = (): void => {
        const batch = cursor?.pull();
        if (batch?.reset === true) last.clear();
        for (const { key, value } of batch?.changed ?? []) {
          if (value === undefined) last.delete(key);
          else last.set(key, value);
        }
        cursor?.onReady(pull);
      };
      cursor?.onReady(pull);
      await live(sim, server, { cuts, forgets });

      const contents = await server.state.list(Namespace);
      const sorted = (found: ReadonlyMap<string, Resource>) =>
        [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, resource]) => resource);
      expect([all, later, single, some].map(({ failure }) => failure)).toEqual([
        undefined,
        undefined,
        undefined,
        undefined,
      ]);
      expect(sorted(all.contents)).toEqual(contents);
      expect(sorted(later.contents)).toEqual(contents);
      expect(sorted(single.contents)).toEqual(contents.filter(({ metadata }) => metadata.id === '3'));
      expect(sorted(some.contents)).toEqual(contents.filter((resource) => odd.matches(resource)));
      expect(sorted(last)).toEqual(contents);
      expect([all.bootstraps, later.bootstraps, some.bootstraps]).toEqual([1, 0, 1]);
    });
  });
});

test('events that come too fast, and a history that ends too early, are one stream without a seam', async () => {
  await simulate({ seed: 7 }, async (sim) => {
    const { server, remote } = await startServer(
      sim.node('server').host,
      sim.node('client').host,
      HISTORY['shorter than a burst'],
    );
    const [contents, changes] = [new Fold(), new Fold()];
    void contents.follow(await remote.watchKind(Namespace, { bootstrapContents: true }));
    void changes.follow(await remote.watchKind(Namespace));
    for (let round = 0; round < 5; round += 1) {
      // One commit of more than the history holds: nobody can follow.
      const ids = Array.from({ length: 30 }, (_, index) => `${(round % 2) * 20 + index}`);
      const commands = ids.map(
        (id) => ({ do: 'create', resource: Namespace.create(id, { description: '' }) }) as const,
      );
      await server.state.transact(commands);
      if (round % 2 === 1) await server.cut();
      await server.state.transact(ids.map((id) => ({ do: 'destroy', pointer: Namespace.pointer(id) })));
      await server.state.create(Namespace.create(`kept ${round}`, { description: '' }));
      if (round % 2 === 1) await server.listen();
      await sim.advance('1h');
    }
    const stored = new Map((await server.state.list(Namespace)).map((resource) => [resource.metadata.id, resource]));
    expect(stored.size).toBe(5);
    for (const fold of [contents, changes]) {
      expect(fold.failure).toBeUndefined();
      expect(new Map(fold.contents)).toEqual(stored);
    }
    expect([contents.bootstraps, changes.bootstraps]).toEqual([1, 0]);
  });
});

/** A first stream is not tried again by itself. */
async function opened(open: () => Promise<Watch>): Promise<Watch> {
  for (;;) {
    try {
      return await open();
    } catch (thrown) {
      if (!(thrown instanceof RpcError)) throw thrown;
    }
  }
}

/** A day of changes, alone and in bursts, and of cuts, which changes go on behind. */
async function live(
  sim: Simulation,
  server: Server,
  { cuts, forgets = false }: { readonly cuts: number; readonly forgets?: boolean },
): Promise<void> {
  const pause = DAY / cuts / 2;
  for (let cut = 0; cut < cuts; cut += 1) {
    await change(sim, server.state);
    if (sim.choose('while connected', 2) === 0) await sim.advance(pause);
    await server.cut();
    if (forgets && sim.choose('forget', 10) === 9) server.forget();
    await change(sim, server.state);
    await sim.advance(sim.choose('outage', 2) === 0 ? 100 : pause);
    await server.listen();
  }
  sim.quiet();
  await sim.advance('1h');
  if (!forgets) return;
  // The same versions of the same ids, and nothing else that is the same.
  for (const description of ['one life', 'another']) {
    await server.cut();
    server.forget();
    for (const id of IDS) await server.state.create(Namespace.create(id, { description }));
    await server.listen();
    await sim.advance('1h');
  }
}

async function change(sim: Simulation, state: MemoryState): Promise<void> {
  const burst = [1, 3, 12][sim.choose('burst', 3)] ?? 1;
  for (let index = 0; index < burst; index += 1) {
    const id = IDS[sim.choose('id', IDS.length)] ?? '';
    const [known] = (await state.list(Namespace)).filter(({ metadata }) => metadata.id === id);
    const labels = Labels.from(sim.choose('label', 2) === 0 ? [] : [['odd', '']]);
    const description = String(sim.choose('description', 1000));
    if (known === undefined) await state.create(Namespace.create(id, { description }, { labels }));
    else if (sim.choose('destroy', 3) === 0) await state.destroy(known.metadata);
    else await state.update({ metadata: { ...known.metadata, labels }, spec: { description } });
  }
}
