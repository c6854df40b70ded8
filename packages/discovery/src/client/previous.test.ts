import { simulate, type SimNode, type Simulation } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import { startDiscoveryService } from '../server/discovery-service.ts';
import { DiscoveryClient } from './discovery-client.ts';
import { data, endpoint, KEY } from './scripted-service.fixture.ts';

const TTL = 60_000;

describe('a client that replaces another', () => {
  test('knows what that one knew, at once, and confirms it without a change', async () => {
    await simulate({}, async (sim) => {
      const { old, node } = await clientOfTwo(sim);
      const known = old.affiliates.get('two');
      await old.close();
      const next = join(node, { previous: old });
      expect(next.affiliates.get('two')).toBe(known);
      await sim.settle();
      expect(next.status.connected).toBe(true);
      expect(next.affiliates.get('two')).toBe(known);
    });
  });

  test('forgets who is not there any more, a while after the service has told', async () => {
    await simulate({}, async (sim) => {
      const { old, node, two } = await clientOfTwo(sim);
      await old.close();
      await two.deleteLocal();
      const next = join(node, { previous: old });
      await sim.settle();
      expect(next.affiliates.list()).toMatchObject([{ id: 'two', unconfirmed: true }]);
      await sim.advance(TTL);
      expect(next.affiliates.size).toBe(0);
    });
  });

  test('forgets all when its service stays away for the TTL, over any number of replacements', async () => {
    await simulate({}, async (sim) => {
      const { old, node } = await clientOfTwo(sim);
      await old.close();
      const next = join(node, { endpoint: 'nobody:1', previous: old });
      await sim.advance(TTL / 2);
      await next.close();
      const last = join(node, { endpoint: 'nobody:2', previous: next });
      await sim.advance(TTL / 2 - 1000);
      expect(last.affiliates.size).toBe(1);
      await sim.advance(2000);
      expect(last.affiliates.size).toBe(0);
    });
  });

  test('does not take over itself, under its new id', async () => {
    await simulate({}, async (sim) => {
      const { old, node } = await clientOfTwo(sim);
      await old.close();
      expect(join(node, { affiliateId: 'two', previous: old }).affiliates.size).toBe(0);
    });
  });
});

test('data is as old as its first delivery, however often it is sealed and whoever reports endpoints', async () => {
  await simulate({}, async (sim) => {
    const { old, two } = await clientOfTwo(sim);
    const since = old.affiliates.get('two')?.dataSince;
    await sim.advance('5s');
    two.setLocalData(data('two'), [endpoint(6)]);
    await two.close();
    const again = join(sim.node('two again'), { affiliateId: 'two' });
    again.setLocalData(data('two'), [endpoint(7)]);
    await sim.settle();
    expect(old.affiliates.get('two')).toMatchObject({ dataSince: since, endpoints: [{ port: 5 }, { port: 7 }] });
    again.setLocalData({ ...data('two'), hostname: 'new' }, [endpoint(7)]);
    await sim.settle();
    expect(old.affiliates.get('two')?.dataSince).toBe(5000);
  });
});

async function clientOfTwo(sim: Simulation) {
  const { host, owner } = sim.node('service');
  await startDiscoveryService({ host, owner, address: '0.0.0.0:3000', gcInterval: 1000 });
  const node = sim.node('one');
  const old = join(node);
  const two = join(sim.node('two'));
  two.setLocalData(data('two'), [endpoint(5)]);
  await sim.settle();
  expect(old.affiliates.size).toBe(1);
  return { node, old, two };
}

function join(
  { host, owner, name }: SimNode,
  options: Partial<ConstructorParameters<typeof DiscoveryClient>[0]> = {},
): DiscoveryClient {
  return new DiscoveryClient({
    host,
    owner,
    endpoint: 'service:3000',
    insecure: true,
    clusterId: 'cluster-1',
    affiliateId: name,
    key: KEY,
    ttl: TTL,
    ...options,
  });
}
