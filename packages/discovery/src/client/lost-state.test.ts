import { Owner, RpcError } from '@cosi-ts/core';
import { simulate, type SimNode, type Simulation } from '@cosi-ts/testing';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { startDiscoveryService } from '../server/discovery-service.ts';
import { DiscoveryClient } from './discovery-client.ts';
import type { DiscoveryClientOptions } from './options.ts';
import { data, EMPTY, endpoint, FakeWorld, KEY, published, type FakeService } from './scripted-service.fixture.ts';

const MINUTE = 60_000;
const TTL = 30 * MINUTE;
const GRACE = 2 * MINUTE;

describe('a service that comes back without its state', () => {
  test('takes nobody away from anybody: all stay until all are back, however long their pauses are', async () => {
    await simulate({ seed: 4 }, async (sim) => {
      const service = sim.node('service');
      await serve(service);
      const names = Array.from({ length: 8 }, (_, index) => `node-${index}`);
      const clients = names.map((name) => join(sim, name));
      const gone: string[] = [];
      await sim.settle();
      for (const client of clients) followGone(client, gone);
      sim.crash(service);
      // Long enough for the longest pause between two attempts.
      await sim.advance('5m');
      await serve(service);
      await sim.until('somebody is back', () => clients.some(({ status }) => status.connected));
      const first = clients.find(({ status }) => status.connected);
      expect(first?.affiliates.size).toBe(names.length - 1);
      expect(first?.affiliates.list().every(({ unconfirmed }) => unconfirmed)).toBe(true);
      await sim.advance(GRACE);
      expect(gone).toEqual([]);
      for (const { affiliates } of clients) {
        expect(affiliates.size).toBe(names.length - 1);
        expect(affiliates.list().some(({ unconfirmed }) => unconfirmed)).toBe(false);
      }
    });
  });

  test('is believed when somebody does not come back', async () => {
    await withKnown(['a', 'b'], async ({ world, service, client }) => {
      service.endWatch();
      await world.pass(750);
      service.snapshot([published('a')]);
      await world.pass(GRACE - 1);
      expect(client.affiliates.list()).toMatchObject([
        { id: 'a', unconfirmed: false },
        { id: 'b', unconfirmed: true },
      ]);
      expect(client.timeLeft('b')).toBe(1);
      await world.pass(1);
      expect(client.affiliates.list()).toMatchObject([{ id: 'a' }]);
    });
  });

  test('and is lost again and again does not keep anybody alive', async () => {
    await withKnown(['a'], async ({ world, service, client }) => {
      const start = world.now;
      for (let time = 0; world.now < start + GRACE - 10_000; time += 1) {
        service.endWatch();
        await world.pass(9000);
        service.snapshot([]);
        await world.settle();
      }
      expect(client.affiliates.size).toBe(1);
      await world.pass(30_000);
      expect(client.affiliates.size).toBe(0);
    });
  });

  test('and after the TTL since it was last well has no grace at all', async () => {
    await withKnown(
      ['a'],
      async ({ world, service, client }) => {
        service.fail('Hello', new RpcError('UNAVAILABLE', 'down'));
        service.endWatch();
        await world.pass(MINUTE - 20_000);
        service.fail('Hello', undefined);
        await world.pass(19_999);
        service.snapshot([]);
        await world.settle();
        expect(client.affiliates.size).toBe(1);
        await world.pass(1);
        expect(client.affiliates.size).toBe(0);
      },
      { ttl: MINUTE },
    );
  });

  test('may already have heard of a node from its peers, which says nothing against that node', async () => {
    await withKnown(['a', 'b'], async ({ world, service, client }) => {
      service.endWatch();
      await world.pass(750);
      service.snapshot([{ ...published('a', [endpoint(1)]), data: EMPTY }]);
      service.change({ ...published('b', [endpoint(1)]), data: EMPTY });
      await world.settle();
      expect(client.affiliates.list()).toMatchObject([{ unconfirmed: true }, { unconfirmed: true }]);
      service.change(published('a', [endpoint(1)]));
      await world.settle();
      expect(client.affiliates.list()).toMatchObject([{ unconfirmed: false }, { unconfirmed: true }]);
      // Once it told of a node, the same is a deletion.
      service.change({ ...published('a', [endpoint(1)]), data: EMPTY });
      await world.settle();
      expect(client.affiliates.list()).toMatchObject([{ id: 'b' }]);
    });
  });

  test('is believed at once when it tells of a deletion', async () => {
    await withKnown(['a', 'b'], async ({ world, service, client }) => {
      service.endWatch();
      await world.pass(750);
      service.snapshot([]);
      service.remove('a');
      await world.settle();
      expect(client.affiliates.list()).toMatchObject([{ id: 'b' }]);
    });
  });

  const id = fc.constantFrom('a', 'b', 'c');
  const steps = fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('set', 'remove', 'report'), id }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('restart'), keeps: fc.uniqueArray(id) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('pass'), millis: fc.nat(GRACE) }) },
    ),
    { maxLength: 30, size: 'max' },
  );
  test.prop([steps])('in the end is what counts: nobody else stays for longer than the grace', async (steps) => {
    await withKnown(['a', 'b'], async ({ world, service, client }) => {
      const state = new Map(['a', 'b'].map((id) => [id, published(id)]));
      for (const step of steps) {
        if ('keeps' in step) {
          const keeps: readonly string[] = step.keeps;
          for (const id of state.keys()) if (!keeps.includes(id)) state.delete(id);
          service.endWatch();
          await world.pass(100_000);
          service.snapshot([...state.values()]);
        } else if ('millis' in step) {
          await world.pass(step.millis);
        } else if (step.kind === 'remove') {
          if (state.delete(step.id)) service.remove(step.id);
        } else {
          const before = state.get(step.id)?.data ?? EMPTY;
          const data = step.kind === 'set' ? published(step.id).data : before;
          state.set(step.id, { id: step.id, data, endpoints: [] });
          service.change({ id: step.id, data, endpoints: [] });
        }
        await world.settle();
        for (const { id, unconfirmed } of client.affiliates.list()) {
          expect(unconfirmed).toBe((state.get(id)?.data ?? EMPTY).length === 0);
        }
      }
      await world.pass(GRACE);
      const expected = [...state.values()].filter(({ data }) => data.length > 0).map(({ id }) => id);
      expect(client.affiliates.list().map(({ id }) => id)).toEqual(expected.toSorted());
      expect(client.affiliates.list().some(({ unconfirmed }) => unconfirmed)).toBe(false);
    });
  });
});

interface Known {
  readonly world: FakeWorld;
  readonly service: FakeService;
  readonly client: DiscoveryClient;
}

/** A client that was told of these. */
async function withKnown(
  ids: readonly string[],
  scenario: (known: Known) => Promise<void>,
  options: Partial<DiscoveryClientOptions> = {},
): Promise<void> {
  const world = new FakeWorld();
  const service = world.service('service:1');
  await using owner = new Owner('test');
  const client = new DiscoveryClient({
    host: world.host,
    owner,
    endpoint: 'service:1',
    insecure: true,
    clusterId: 'cluster-1',
    affiliateId: 'me',
    key: KEY,
    ttl: TTL,
    ...options,
  });
  await world.settle();
  service.snapshot(ids.map((id) => published(id)));
  await world.settle();
  await scenario({ world, service, client });
}

async function serve({ host, owner }: SimNode): Promise<void> {
  await startDiscoveryService({ host, owner, address: '0.0.0.0:3000' });
}

function join(sim: Simulation, name: string): DiscoveryClient {
  const { host, owner } = sim.node(name);
  const client = new DiscoveryClient({
    host,
    owner,
    endpoint: 'service:3000',
    insecure: true,
    clusterId: 'cluster-1',
    affiliateId: name,
    key: KEY,
    ttl: TTL,
  });
  client.setLocalData(data(name));
  return client;
}

/** Collects who goes from now on. */
function followGone({ affiliates }: DiscoveryClient, gone: string[]): void {
  const cursor = affiliates.changes(affiliates.position);
  const next = (): void => {
    for (const { key, value } of cursor.pull()?.changed ?? []) if (value === undefined) gone.push(key);
    if (!cursor.isClosed) cursor.onReady(next);
  };
  cursor.onReady(next);
}
