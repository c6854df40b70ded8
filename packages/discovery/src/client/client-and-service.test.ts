import { Buffer } from 'node:buffer';
import { simulate, type SimNode, type Simulation, type Start } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import { startDiscoveryService } from '../server/discovery-service.ts';
import type { DiscoveryServiceOptions } from '../server/options.ts';
import { affiliateData, type AffiliateData } from '../wire/affiliate-data.ts';
import { clusterRequest, listResponse } from '../wire/messages.ts';
import { DiscoveryClient } from './discovery-client.ts';
import { cipher, data, endpoint, endpointCipher, hex, KEY } from './scripted-service.fixture.ts';

const TTL = 60_000;
const PORT = 3000;

describe('clients of one service', () => {
  test('two find each other, see endpoints that the other reports, and see it leave (C1)', async () => {
    await simulate({}, async (sim) => {
      await serve(sim);
      const [one, two] = [join(sim, 'one'), join(sim, 'two')];
      await sim.settle();
      expect([one.client.affiliates.size, two.client.affiliates.size]).toEqual([0, 0]);
      one.client.setLocalData(data('one'));
      two.client.setLocalData(data('two'), [endpoint(7)]);
      await sim.settle();
      expect(viewOf(one.client)).toEqual([['two', sealedIn(data('two')), [7]]]);
      expect(viewOf(two.client)).toEqual([['one', sealedIn(data('one')), []]]);
      one.client.setLocalData(data('one'), [], [{ affiliateId: 'two', endpoints: [endpoint(5678)] }]);
      two.client.setLocalData(data('two'), [endpoint(7)], [{ affiliateId: 'one', endpoints: [endpoint(9)] }]);
      await sim.settle();
      expect(one.client.affiliates.get('two')?.endpoints).toMatchObject([{ port: 7 }, { port: 5678 }]);
      expect(two.client.affiliates.get('one')?.endpoints).toMatchObject([{ port: 9 }]);
      await one.client.deleteLocal();
      await sim.settle();
      expect(two.client.affiliates.size).toBe(0);
      expect(sim.now).toBe(0);
      await one.node.stop();
      await two.node.stop();
    });
  });

  test('one that dies goes when its TTL ends (C2)', async () => {
    await simulate({}, async (sim) => {
      await serve(sim);
      const one = join(sim, 'one', { ttl: 1000 });
      const two = join(sim, 'two');
      one.client.setLocalData(data('one'));
      await sim.advance('10s');
      expect(two.client.affiliates.size).toBe(1);
      sim.crash(one.node);
      await sim.advance('2s');
      expect(two.client.affiliates.size).toBe(0);
    });
  });

  test.each([5, 15, 50])('%i nodes see all others with their own and the reported endpoint (C3)', async (count) => {
    const { elapsed } = await simulate({ seed: count }, async (sim) => {
      await serve(sim);
      const names = Array.from({ length: count }, (_, index) => `node-${index}`);
      const nodes = names.map((name) => join(sim, name, { ttl: 10_000 }));
      for (const [index, { client }] of nodes.entries()) {
        const next = (index + 1) % count;
        const reported = [{ ip: Buffer.alloc(16), port: (next + 1) * 100 }];
        const own = [{ ip: Buffer.alloc(4), port: (index + 1) * 10 }];
        client.setLocalData(data(names[index] ?? ''), own, [{ affiliateId: names[next] ?? '', endpoints: reported }]);
      }
      await sim.settle();
      for (const { client } of nodes) {
        expect(client.affiliates.size).toBe(count - 1);
        for (const { id, endpoints } of client.affiliates.list()) {
          const index = names.indexOf(id);
          const ports = endpoints.map(({ port }) => port).sort((a, b) => a - b);
          expect(ports).toEqual([(index + 1) * 10, (index + 1) * 100]);
        }
      }
    });
    expect(elapsed).toBeLessThan(500);
  });

  test('all move when a service comes back and sends them elsewhere (C4)', async () => {
    await simulate({}, async (sim) => {
      const first = await serve(sim);
      await serve(sim, { name: 'second' });
      const [one, two] = [join(sim, 'one'), join(sim, 'two')];
      one.client.setLocalData(data('one'));
      two.client.setLocalData(data('two'));
      await sim.settle();
      await first.stop();
      await startDiscoveryService({ ...hostOf(first), address: `0.0.0.0:${PORT}`, redirect: `second:${PORT}` });
      await sim.until('they moved', () => [one, two].every(({ client }) => client.status.published));
      await sim.settle();
      expect(sim.now).toBeLessThan(2000);
      expect([one.client.status.endpoint, two.client.status.endpoint]).toEqual([`second:${PORT}`, `second:${PORT}`]);
      await first.stop();
      one.client.setLocalData({ ...data('one'), hostname: 'moved' });
      await sim.settle();
      expect(two.client.affiliates.get('one')?.data.hostname).toBe('moved');
    });
  });

  test('nothing is left of them when they are stopped (C5)', async () => {
    await simulate({}, async (sim) => {
      await serve(sim);
      const one = join(sim, 'one');
      one.client.setLocalData(data('one'));
      await sim.settle();
      const { owner } = one.node;
      await one.client.close();
      await sim.settle();
      expect(owner.liveCount).toBe(0);
    });
  });

  test('a deletion by a third party is healed, one of its own is not (C6, C7)', async () => {
    await simulate({}, async (sim) => {
      await serve(sim);
      const [one, two] = [join(sim, 'one'), join(sim, 'two')];
      const other = join(sim, 'third', { affiliateId: 'one' });
      one.client.setLocalData(data('one'));
      await sim.settle();
      await other.client.deleteLocal();
      await sim.settle();
      expect(two.client.affiliates.size).toBe(1);
      expect(sim.log.filter(({ node, level }) => node === 'one' && level === 'warn')).toHaveLength(1);
      await one.client.deleteLocal();
      await other.client.deleteLocal();
      await sim.advance('2s');
      expect(two.client.affiliates.size).toBe(0);
      expect(sim.log.filter(({ node, level }) => node === 'one' && level === 'warn')).toHaveLength(1);
    });
  });

  test('one without the secret sees nobody and harms nobody', async () => {
    await simulate({}, async (sim) => {
      await serve(sim);
      const one = join(sim, 'one');
      const stranger = join(sim, 'stranger', { key: Buffer.alloc(32, 7) });
      one.client.setLocalData(data('one'), [endpoint(1)]);
      stranger.client.setLocalData(data('stranger'), [], [{ affiliateId: 'one', endpoints: [endpoint(2)] }]);
      await sim.settle();
      expect([one.client.affiliates.size, stranger.client.affiliates.size]).toEqual([0, 0]);
      expect(one.client.status).toMatchObject({ connected: true, published: true, skipped: 1 });
    });
  });
});

describe('whatever happens on the way', () => {
  const seeds = Array.from({ length: 100 }, (_, seed) => seed);

  test.each(seeds)('all end with the view of the service (seed %i)', async (seed) => {
    await simulate({ seed, faults: ['cut', 'refuse', 'stall', 'delay', 'crash'] }, async (sim) => {
      const names = ['one', 'two', 'three'];
      let service = await serve(sim);
      const clients = new Map(names.map((name) => [name, join(sim, name)]));
      for (let round = 0; round < 8; round += 1) {
        const name = names[sim.choose('who', names.length)] ?? '';
        const { node, client } = clients.get(name) ?? join(sim, name);
        const others = names.filter((other) => other !== name);
        switch (sim.choose('what', 6)) {
          case 0:
          case 1:
            client.setLocalData({ ...data(name), hostname: `${name} ${round}` }, [endpoint(round + 1)]);
            break;
          case 2:
            client.setLocalData(
              data(name),
              [],
              others.map((affiliateId) => ({ affiliateId, endpoints: [endpoint(100 + round)] })),
            );
            break;
          case 3:
            void client.deleteLocal();
            break;
          case 4:
            sim.crash(node);
            clients.set(name, join(sim, name, {}, node));
            break;
          default:
            sim.crash(service);
            service = await serve(sim, {}, service);
        }
        await sim.advance(sim.choose('pause', 4) * 700);
      }
      sim.quiet();
      // The longest silence until a broken connection is noticed, and the longest pause until the next try.
      await sim.advance('4m');
      await sim.settle();
      const expected = await listed(sim);
      for (const [name, { client }] of clients) {
        expect(viewOf(client)).toEqual(expected.filter(([id]) => id !== name));
        expect(client.status).toMatchObject({ connected: true, published: true });
      }
    });
  });
});

type Joined = { readonly node: SimNode; readonly client: DiscoveryClient };

async function serve(
  sim: Simulation,
  options: Partial<DiscoveryServiceOptions> & { readonly name?: string } = {},
  node: SimNode = sim.node(options.name ?? 'service'),
): Promise<SimNode> {
  await startDiscoveryService({ ...hostOf(node), address: `0.0.0.0:${PORT}`, gcInterval: 1000, ...options });
  return node;
}

function join(
  sim: Simulation,
  name: string,
  options: { ttl?: number; affiliateId?: string; key?: Uint8Array } = {},
  node: SimNode = sim.node(name),
): Joined {
  const client = new DiscoveryClient({
    ...hostOf(node),
    endpoint: `service:${PORT}`,
    insecure: true,
    clusterId: 'cluster-1',
    affiliateId: name,
    key: KEY,
    ttl: TTL,
    ...options,
  });
  return { node, client };
}

function hostOf({ host, owner }: SimNode): Start {
  return { host, owner };
}

/** What a client knows, comparable. */
function viewOf(client: DiscoveryClient): [string, unknown, unknown][] {
  return client.affiliates
    .list()
    .map(({ id, data, endpoints }) => [id, sealedIn(data), endpoints.map(({ port }) => port)]);
}

/** What the service has, by its own word. */
async function listed(sim: Simulation): Promise<[string, unknown, unknown][]> {
  const channel = sim.node('observer').host.rpc.connect({ address: `service:${PORT}` });
  const request = clusterRequest.encode({ clusterId: 'cluster-1' });
  const { affiliates } = listResponse.decode(await channel.unary('/sidero.discovery.server.Cluster/List', request));
  return affiliates.flatMap(({ id, data, endpoints }) => {
    const opened = cipher.open(data);
    if (!opened.ok) return [];
    const ports = endpoints.map((sealed) => {
      const endpoint = endpointCipher.open(sealed);
      return endpoint.ok ? endpoint.value.port : hex(sealed);
    });
    return [[id, sealedIn(opened.value), ports]];
  });
}

/** What would be sealed of it, to compare by. */
function sealedIn(data: AffiliateData): string {
  return hex(affiliateData.encode(data));
}
