import { Buffer } from 'node:buffer';
import type { Host } from '@cosi-ts/core';
import { simulate, type SimNode, type Simulation } from '@cosi-ts/testing';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { startDiscoveryService } from '../server/discovery-service.ts';
import { readCache, writeCache } from './cache.ts';
import { DiscoveryClient } from './discovery-client.ts';
import { data, endpoint, KEY, published } from './scripted-service.fixture.ts';

const TTL = 60_000;
const CACHE = '/state/discovery-cache.binpb';

describe('a node that boots while the service is away', () => {
  test.each(['crash', 'stop'] as const)('finds its peers nevertheless, after a %s', async (end) => {
    await simulate({}, async (sim) => {
      const { service, one } = await twoNodes(sim);
      sim.crash(service);
      await sim.advance('3s');
      if (end === 'crash') sim.crash(one);
      else await one.stop();
      await sim.advance('10s');
      const client = join(one);
      await sim.advance('1s');
      expect(client.affiliates.list()).toMatchObject([
        { id: 'two', unconfirmed: true, data: { hostname: 'host of two' }, endpoints: [{ port: 5 }] },
      ]);
      expect(client.status.connected).toBe(false);
      await serve(service);
      await sim.until('it is confirmed', () => client.affiliates.get('two')?.unconfirmed === false);
      expect(client.status.connected).toBe(true);
    });
  });

  test('forgets them when their time is over, its own downtime included', async () => {
    await simulate({}, async (sim) => {
      const { service, one } = await twoNodes(sim);
      await sim.advance(3 * TTL);
      sim.crash(service);
      sim.crash(one);
      await sim.advance(TTL / 2);
      const client = join(one);
      await sim.advance('1s');
      expect(client.affiliates.size).toBe(1);
      sim.crash(one);
      await sim.advance(TTL / 2);
      const again = join(one);
      await sim.advance('1s');
      expect(again.affiliates.size).toBe(0);
    });
  });

  test('keeps them no longer than their time although its clock was set back', async () => {
    await simulate({}, async (sim) => {
      const { service, one } = await twoNodes(sim);
      sim.crash(service);
      sim.crash(one);
      one.skewClock(-365 * 24 * 3_600_000);
      const client = join(one);
      await sim.advance(TTL - 1000);
      expect(client.affiliates.size).toBe(1);
      await sim.advance(2000);
      expect(client.affiliates.size).toBe(0);
    });
  });
});

test('what the service confirms as it was is confirmed', async () => {
  await simulate({}, async (sim) => {
    const { one } = await twoNodes(sim);
    sim.crash(one);
    const client = join(one);
    await sim.until('it is read', () => client.affiliates.get('two')?.unconfirmed === true);
    await sim.settle();
    expect(client.affiliates.get('two')?.unconfirmed).toBe(false);
  });
});

describe('the cache', () => {
  test('holds what was received and nothing readable', async () => {
    await simulate({}, async (sim) => {
      const { one } = await twoNodes(sim);
      const file = Buffer.from((await one.host.files.read(CACHE)) ?? []);
      expect(one.disk.mode(CACHE)).toBe(0o600);
      expect(file.includes('two')).toBe(true);
      expect(file.includes('host of two')).toBe(false);
    });
  });

  test('is gone when nobody is known any more', async () => {
    await simulate({}, async (sim) => {
      const { one, two } = await twoNodes(sim);
      await two.client.deleteLocal();
      await sim.advance('3s');
      expect(await one.host.files.read(CACHE)).toBeUndefined();
    });
  });

  test('of another cluster is not read', async () => {
    await inSimulation(async (host) => {
      const file = { host, path: CACHE, clusterId: 'cluster-1' };
      await writeCache(file, [{ ...published('a'), timeLeft: 1000 }]);
      expect(await readCache(file)).toMatchObject([{ id: 'a', timeLeft: 1000 }]);
      expect(await readCache({ ...file, clusterId: 'cluster-2' })).toEqual([]);
    });
  });

  test('of long ago is not read', async () => {
    await inSimulation(async (host) => {
      const file = { host, path: CACHE, clusterId: 'cluster-1' };
      await writeCache(file, [
        { ...published('a'), timeLeft: 0 },
        { ...published('b'), timeLeft: 1 },
      ]);
      expect(await readCache(file)).toMatchObject([{ id: 'b', timeLeft: 1 }]);
    });
  });

  test.prop([fc.nat({ max: 600 }), fc.uint8Array({ maxLength: 4 })])(
    'that was damaged is ignored or read in part, and never an error',
    async (at, bytes) => {
      await inSimulation(async (host) => {
        const file = { host, path: CACHE, clusterId: 'cluster-1' };
        await writeCache(file, [
          { ...published('a', [endpoint(1)]), timeLeft: 1000 },
          { ...published('b'), timeLeft: 1000 },
        ]);
        const content = Buffer.from((await host.files.read(CACHE)) ?? []);
        const damaged = bytes.length === 0 ? content.subarray(0, at) : Buffer.from(content);
        damaged.set(bytes.subarray(0, Math.max(0, damaged.length - at)), Math.min(at, damaged.length));
        const writer = await host.files.create(CACHE);
        await writer.write(damaged);
        await writer.close();
        const cached = await readCache(file);
        expect(cached?.length ?? 0).toBeLessThanOrEqual(2);
      });
    },
  );
});

async function twoNodes(sim: Simulation) {
  const service = await serve(sim.node('service'));
  const one = sim.node('one');
  const two = sim.node('two');
  for (const { host } of [one, two]) await host.files.makeDirectory('/state');
  join(one);
  const other = join(two);
  other.setLocalData(data('two'), [endpoint(5)]);
  await sim.advance('3s');
  return { service, one, two: { client: other } };
}

async function serve(node: SimNode): Promise<SimNode> {
  await startDiscoveryService({ host: node.host, owner: node.owner, address: '0.0.0.0:3000', gcInterval: 1000 });
  return node;
}

function join({ host, owner, name }: SimNode): DiscoveryClient {
  return new DiscoveryClient({
    host,
    owner,
    endpoint: 'service:3000',
    insecure: true,
    clusterId: 'cluster-1',
    affiliateId: name,
    key: KEY,
    ttl: TTL,
    cache: CACHE,
  });
}

async function inSimulation(scenario: (host: Host) => Promise<void>): Promise<void> {
  await simulate({}, async (sim) => {
    const { host } = sim.node('one');
    await host.files.makeDirectory('/state');
    await scenario(host);
  });
}
