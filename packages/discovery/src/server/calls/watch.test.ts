import { fc, test } from '@fast-check/vitest';
import { RpcError, sleep, type ServerCall } from '@cosi-ts/core';
import { simulate, type SimNode, type Simulation } from '@cosi-ts/testing';
import { describe, expect } from 'vitest';
import { watchResponse } from '../../wire/messages.ts';
import { startDiscoveryService } from '../discovery-service.ts';
import type { DiscoveryServiceOptions } from '../options.ts';
import { bytes, connect, manualWorld, MINUTE, packed, readableWatch } from '../service.fixture.ts';
import { Clusters } from '../state/clusters.ts';
import { Watches } from './watches.ts';

type Message = ReturnType<typeof readableWatch>;
type Affiliate = Message['affiliates'][number];

const IDS = ['af1', 'af2', 'af3', 'af4'];

function service(sim: Simulation, settings: Partial<DiscoveryServiceOptions> = {}): SimNode {
  return sim.node('service', {
    program: async ({ host, owner }) => {
      await startDiscoveryService({ rateLimit: 0, gcInterval: 1000, ...settings, host, owner, address: ':3000' });
    },
  });
}

/** Watches for ever, as nodes do: reads at its leisure, and begins anew when the watch breaks. */
function follow(sim: Simulation, { host, owner }: SimNode, address: string) {
  const view = new Map<string, Affiliate>();
  const { watch } = connect(host, address);
  const fold = (message: Message, isFirst: boolean): void => {
    if (isFirst) view.clear();
    else expect(new Set(message.affiliates.map(({ id }) => id)).size).toBe(message.affiliates.length);
    expect(isFirst && message.deleted).toBe(false);
    for (const affiliate of message.affiliates) {
      if (message.deleted) view.delete(affiliate.id);
      else view.set(affiliate.id, affiliate);
    }
  };
  owner.run(async (signal) => {
    while (!signal.aborted) {
      const { next } = watch('c');
      try {
        for (let isFirst = true; ; isFirst = false) {
          const message = await next();
          if (message === 'end') break;
          fold(message, isFirst);
          if (sim.choose('rest before the next', 3) > 0) await sleep(host.timers, sim.choose('how long', 5) * 500);
        }
      } catch (error) {
        if (!(error instanceof RpcError)) throw error;
      }
      await sleep(host.timers, 1000, signal, { background: true });
    }
  });
  return view;
}

/** Somebody who writes at random. */
async function write(sim: Simulation, { host }: SimNode, address: string, steps: number): Promise<void> {
  const { update, remove } = connect(host, address);
  const pick = (label: string, from: readonly string[]): string => from[sim.choose(label, from.length)] ?? '';
  for (let step = 0; step < steps; step += 1) {
    const id = pick('who', IDS);
    const lost = (error: unknown): void => expect(error).toBeInstanceOf(RpcError);
    switch (sim.choose('what', 5)) {
      case 0:
        await remove(id).catch(lost);
        break;
      case 1:
        await sleep(host.timers, sim.choose('pause', 4) * 500);
        break;
      case 2:
        await update(id, { endpoints: [bytes(pick('endpoint', ['e1', 'e2', 'e3']))], ttl: 3000 }).catch(lost);
        break;
      default:
        await update(id, { data: bytes(pick('data', ['d1', 'd2'])), ttl: sim.choose('ttl', 10) * 1000 }).catch(lost);
    }
  }
}

describe('watches', () => {
  test.prop([fc.nat()], { numRuns: 60 })(
    'end with what the service has, whatever was updated, deleted, expired, cut, delayed or crashed',
    async (seed) => {
      await simulate({ seed, faults: ['cut', 'delay', 'refuse'] }, async (sim) => {
        const node = service(sim);
        await node.start();
        const address = `${node.address}:3000`;
        const views = ['w1', 'w2', 'w3'].map((name) => follow(sim, sim.node(name), address));
        await Promise.all(['c1', 'c2'].map((name) => write(sim, sim.node(name), address, 30)));
        if (sim.choose('crash', 2) === 1) {
          sim.crash(node);
          await sim.restart(node);
          await write(sim, sim.node('c3'), address, 10);
        }
        sim.quiet();
        await sim.advance(MINUTE);
        await connect(sim.node('last').host, address).update('last', { data: bytes('data'), ttl: MINUTE });
        await sim.advance(MINUTE / 2);
        const list = await connect(sim.node('reader').host, address).list();
        expect(list.map(({ id }) => id)).toEqual(['last']);
        for (const view of views) expect([...view.values()]).toEqual(list);
      });
    },
  );

  const id = fc.constantFrom(...IDS);
  const steps = fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('write', 'delete', 'report'), id }) },
      {
        weight: 2,
        arbitrary: fc.record({ kind: fc.constantFrom('block', 'unblock', 'take', 'take', 'turn'), id }),
      },
    ),
    { maxLength: 100, size: 'max' },
  );
  test.prop([steps])(
    'send the newest there is, at most an entry of each affiliate to one that was behind',
    async (steps) => {
      const { clusters, sink, messages, end, turn } = direct();
      const state = new Map<string, string>();
      const view = new Map<string, string>();
      const changed = new Set<string>();
      let deletedLast: string | undefined;
      sink.onWrite = ({ affiliates, deleted }) => {
        for (const { id, data } of affiliates) {
          const isChanged = changed.delete(id);
          // One that was deleted and that peers speak of is told of in two messages.
          if (!isChanged) expect([deletedLast, deleted, data]).toEqual([id, false, '']);
          deletedLast = deleted ? id : undefined;
          if (!deleted) expect(data).toBe(state.get(id));
          // As other clients do it: they ignore what has no data.
          if (deleted) view.delete(id);
          else if (data !== '') view.set(id, data);
        }
      };
      for (const [count, { kind, id }] of steps.entries()) {
        const request = { clusterId: 'c', affiliateId: id, data: packed(''), endpoints: [], ttlNanos: 0 };
        if (kind === 'block') sink.block();
        else if (kind === 'unblock') sink.unblock();
        else if (kind === 'turn') await turn();
        else if (kind === 'take') {
          sink.take();
          await turn();
        } else {
          changed.add(id);
          if (kind === 'delete') {
            clusters.delete(request);
            state.delete(id);
          } else if (kind === 'report') {
            clusters.update({ ...request, endpoints: [packed(`${count}`)] });
            state.set(id, state.get(id) ?? '');
          } else {
            clusters.update({ ...request, data: packed(`${count}`) });
            state.set(id, `${count}`);
          }
        }
      }
      sink.unblock();
      await turn();
      expect(view).toEqual(new Map([...state].filter(([, data]) => data !== '')));
      expect(messages[0]).toEqual({ affiliates: [], deleted: false });
      await end();
    },
  );

  test('tell of deletions in the order in which they happened', async () => {
    const { clusters, sink, messages, end, turn } = direct();
    const update = (affiliateId: string): void =>
      clusters.update({ clusterId: 'c', affiliateId, data: packed('d'), endpoints: [], ttlNanos: 0 });
    for (const id of IDS) update(id);
    await turn();
    sink.block();
    update('blocking');
    await turn();
    const before = messages.length;
    for (const id of ['af3', 'af1', 'af4', 'af2']) clusters.delete({ clusterId: 'c', affiliateId: id });
    update('af1');
    sink.unblock();
    await turn();
    const told = messages.slice(before).map(({ affiliates: [affiliate], deleted }) => `${affiliate?.id} ${deleted}`);
    expect(told).toEqual(['af3 true', 'af4 true', 'af2 true', 'af1 false']);
    await end();
  });
});

test('a deletion is told before what peers say of the node afterwards', async () => {
  const { clusters, sink, messages, end, turn } = direct();
  const request = { clusterId: 'c', affiliateId: 'af1', data: packed(''), endpoints: [], ttlNanos: 0 };
  clusters.update({ ...request, data: packed('d') });
  await turn();
  sink.block();
  clusters.update({ ...request, affiliateId: 'blocking' });
  await turn();
  const before = messages.length;
  clusters.delete(request);
  clusters.update({ ...request, endpoints: [packed('e1')] });
  clusters.update({ ...request, endpoints: [packed('e2')] });
  sink.unblock();
  await turn();
  expect(messages.slice(before)).toEqual([
    { affiliates: [{ id: 'af1', data: '', endpoints: [] }], deleted: true },
    { affiliates: [{ id: 'af1', data: '', endpoints: ['e1', 'e2'] }], deleted: false },
  ]);
  await end();
});

test('whoever was told rests while all others are told, if there is more to tell by then', async () => {
  const { clusters, messages, end, turn, advance, pendingTimers } = direct();
  const update = (affiliateId: string, content: string): void =>
    clusters.update({ clusterId: 'c', affiliateId, data: packed(content), endpoints: [], ttlNanos: 0 });
  const others = Array.from({ length: 1999 }, () => clusters.follow('c'));
  await turn();
  update('af1', 'first');
  await turn();
  update('af1', 'replaced');
  update('af1', 'second');
  await turn();
  await advance(9);
  expect(messages).toHaveLength(2);
  await advance(1);
  await turn();
  expect(messages.slice(2)).toEqual([{ affiliates: [{ id: 'af1', data: 'second', endpoints: [] }], deleted: false }]);
  await advance(10);
  expect(pendingTimers()).toBe(0);
  for (let count = 0; count < 100; count += 1) update(`${count}`, 'many');
  await turn();
  update('af1', 'third');
  await turn();
  await advance(100);
  await turn();
  expect(messages.at(-1)?.affiliates).toMatchObject([{ data: 'third' }]);
  for (const other of others) other.close();
  await end();
});

/** Watches without a network: the test takes the messages, or does not. */
function direct() {
  const { host, advance, pendingTimers } = manualWorld();
  const clusters = new Clusters(host.clock, { maxClusters: 1 });
  const watches = new Watches({ host, clusters, maxWatchers: 1, stuckTimeout: 30_000 });
  const messages: Message[] = [];
  const ending = new AbortController();
  let resume: (() => void) | undefined;
  let blocked: Promise<void> | undefined;
  const parts: Uint8Array[] = [];
  const sink = {
    onWrite: (message: Message): void => void message,
    block: () => void (blocked ??= new Promise((resolve) => (resume = resolve))),
    unblock() {
      blocked = undefined;
      resume?.();
    },
    /** What waits goes out, and the next waits again. */
    take() {
      const go = resume;
      blocked = undefined;
      sink.block();
      go?.();
    },
    write(message: Uint8Array) {
      const readable = readableWatch(watchResponse.decode(message));
      messages.push(readable);
      sink.onWrite(readable);
      return blocked;
    },
    writePart(part: Uint8Array, left: number) {
      parts.push(part);
      return left === 0 ? sink.write(Buffer.concat(parts.splice(0))) : blocked;
    },
  };
  const served = watches.serve('c', { signal: ending.signal } as ServerCall, sink);
  return {
    advance,
    pendingTimers,
    clusters,
    sink,
    messages,
    turn: () => new Promise((resolve) => setTimeout(resolve)),
    end: async () => {
      ending.abort();
      await served;
      expect(watches.count).toBe(0);
    },
  };
}
