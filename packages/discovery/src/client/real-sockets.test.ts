import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { Owner, type Host } from '@cosi-ts/core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startDiscoveryService } from '../server/discovery-service.ts';
import { LIMITS } from '../server/limits.ts';
import { manualWorld, serve } from '../server/service.fixture.ts';
import { DiscoveryClient, type ReadableTable } from './discovery-client.ts';
import { data, endpoint, KEY } from './scripted-service.fixture.ts';

// Real connections, in time that stands still but for what a test says: what happens here needs no waiting.

describe('over real sockets', () => {
  test('two find each other, see endpoints that the other reports, and see it leave (C1)', async () => {
    const { host, service } = await serve();
    const [one, two] = [join(host, service.address, 'one'), join(host, service.address, 'two')];
    for (const { statuses } of [one, two]) await follow(statuses, (now) => now.connected);
    expect([one.affiliates.size, two.affiliates.size]).toEqual([0, 0]);
    one.setLocalData(data('one'));
    two.setLocalData(data('two'));
    await follow(two.affiliates, () => two.affiliates.get('one')?.data.hostname === data('one').hostname);
    await follow(one.affiliates, () => one.affiliates.get('two')?.data.hostname === data('two').hostname);
    one.setLocalData(data('one'), [endpoint(5678)], [{ affiliateId: 'two', endpoints: [endpoint(7)] }]);
    await follow(two.affiliates, () => two.affiliates.get('one')?.endpoints[0]?.port === 5678);
    await follow(one.affiliates, () => one.affiliates.get('two')?.endpoints[0]?.port === 7);
    await one.deleteLocal();
    await follow(two.affiliates, () => two.affiliates.size === 0);
  });

  test('one that dies goes when its TTL ends (C2)', async () => {
    const { host, service, advance } = await serve({ gcInterval: 1000 });
    const owner = new Owner('one');
    const one = join(host, service.address, 'one', { owner, ttl: 1000 });
    const two = join(host, service.address, 'two');
    one.setLocalData(data('one'));
    await follow(two.affiliates, () => two.affiliates.size === 1);
    owner.drop();
    await advance(2000);
    await follow(two.affiliates, () => two.affiliates.size === 0);
  });

  test('fifty nodes see all others with their own and the reported endpoint, without any time passing (C3)', async () => {
    const { host, service } = await serve();
    const names = Array.from({ length: 50 }, (_, index) => `node-${index}`);
    const clients = names.map((name) => join(host, service.address, name, { ttl: 10_000 }));
    for (const [index, name] of names.entries()) {
      const next = (index + 1) % names.length;
      const reported = [{ ip: Buffer.alloc(16), port: (next + 1) * 100 }];
      const own = [{ ip: Buffer.alloc(4), port: (index + 1) * 10 }];
      clients[index]?.setLocalData(data(name), own, [{ affiliateId: names[next] ?? '', endpoints: reported }]);
    }
    const isComplete = ({ affiliates }: DiscoveryClient): boolean =>
      affiliates.size === names.length - 1 && affiliates.list().every(({ endpoints }) => endpoints.length === 2);
    await Promise.all(clients.map((client) => follow(client.affiliates, () => isComplete(client))));
    for (const { id, endpoints } of clients.flatMap(({ affiliates }) => affiliates.list())) {
      const number = names.indexOf(id) + 1;
      expect(endpoints.map(({ port }) => port).sort((a, b) => a - b)).toEqual([number * 10, number * 100]);
    }
  });

  test('a deletion by a third party is healed, one of its own is not (C6, C7)', async () => {
    const { host, service, remove, update, list, lines } = await serve();
    const [one, two] = [join(host, service.address, 'one'), join(host, service.address, 'two')];
    const warnings = () => lines.filter(({ level }) => level === 'warn').length;
    one.setLocalData(data('one'));
    await follow(two.affiliates, () => two.affiliates.size === 1);
    await remove('one');
    await expect.poll(warnings).toBe(1);
    await expect.poll(() => list()).toHaveLength(1);
    await one.deleteLocal();
    await update('one', { endpoints: [new Uint8Array(16)] });
    await remove('one');
    // What it does about its own deletion it does before it knows of what comes behind.
    two.setLocalData(data('two'));
    await follow(one.affiliates, () => one.affiliates.size === 1);
    expect((await list()).map(({ id }) => id)).toEqual(['two']);
    expect(warnings()).toBe(1);
  });

  test('a service that stops is followed to where its successor on the same port sends', async () => {
    const world = manualWorld();
    const first = await serve({}, world);
    const second = await serve({}, world);
    const { address } = first.service;
    const [one, two] = [join(world.host, address, 'one'), join(world.host, address, 'two')];
    one.setLocalData(data('one'));
    two.setLocalData(data('two'));
    await follow(one.affiliates, () => one.affiliates.size === 1);
    await first.owner.close();
    for (const { statuses, status } of [one, two]) {
      if (status.connected) await follow(statuses, (now) => !now.connected);
    }
    const successor = new Owner('successor');
    onTestFinished(() => successor.close());
    const redirect = second.service.address;
    await startDiscoveryService({ host: world.host, owner: successor, address, redirect });
    await world.advance(750);
    for (const { statuses } of [one, two]) await follow(statuses, (now) => now.connected && now.published);
    expect([one.status.endpoint, two.status.endpoint]).toEqual([redirect, redirect]);
    one.setLocalData({ ...data('one'), hostname: 'moved' });
    await follow(two.affiliates, () => two.affiliates.get('one')?.data.hostname === 'moved');
  });

  test('a cluster as full as it can be is larger than gRPC accepts by itself, and arrives', async () => {
    const { host, service, update } = await serve();
    const sealed = randomBytes(LIMITS.dataBytes);
    const endpoints = Array.from({ length: LIMITS.endpointsPerAffiliate }, () => randomBytes(LIMITS.endpointBytes));
    const ids = Array.from({ length: LIMITS.affiliatesPerCluster }, (_, index) => `${index}`.padStart(44, '0'));
    await Promise.all(ids.map((id) => update(id, { data: sealed, endpoints })));
    const client = join(host, service.address, 'one');
    await follow(client.statuses, (now) => now.connected);
    expect(client.status.skipped).toBe(LIMITS.affiliatesPerCluster);
  });

  test('closing leaves nothing open', async () => {
    const { host, service, pendingTimers } = await serve();
    const before = pendingTimers();
    const owner = new Owner('node');
    const client = join(host, service.address, 'one', { owner });
    client.setLocalData(data('one'));
    await follow(client.statuses, (now) => now.connected && now.published);
    await owner.close();
    expect(owner.liveCount).toBe(0);
    expect(pendingTimers()).toBe(before);
  });
});

function join(
  host: Host,
  address: string,
  affiliateId: string,
  { owner = new Owner(affiliateId), ttl = 60_000 } = {},
): DiscoveryClient {
  onTestFinished(() => owner.close());
  return new DiscoveryClient({
    host,
    owner,
    endpoint: address,
    insecure: true,
    clusterId: 'c',
    affiliateId,
    key: KEY,
    ttl,
  });
}

/** Resolves once a table is as wanted; `last` is what changed last. */
async function follow<V>(table: ReadableTable<V>, isSo: (last: V) => boolean): Promise<void> {
  const cursor = table.changes();
  for (let isDone = false; !isDone;) {
    await cursor.ready();
    isDone = isSo(cursor.pull()?.changed.at(-1)?.value as V);
  }
  cursor.close();
}
