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
  test('twenty nodes find each other without any time passing', async () => {
    const { host, service } = await serve();
    const names = Array.from({ length: 20 }, (_, index) => `node-${index}`);
    const clients = names.map((name) => join(host, service.address, name));
    for (const [index, name] of names.entries()) clients[index]?.setLocalData(data(name), [endpoint(index + 1)]);
    await Promise.all(clients.map(({ affiliates }) => follow(affiliates, () => affiliates.size === 19)));
    const last = clients[0]?.affiliates.get('node-19');
    expect(last).toMatchObject({ data: { hostname: 'host of node-19' }, endpoints: [{ port: 20 }] });
    await clients[19]?.deleteLocal();
    await Promise.all(clients.slice(0, 19).map(({ affiliates }) => follow(affiliates, () => affiliates.size === 18)));
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
    const client = join(host, service.address, 'one', owner);
    client.setLocalData(data('one'));
    await follow(client.statuses, (now) => now.connected && now.published);
    await owner.close();
    expect(owner.liveCount).toBe(0);
    expect(pendingTimers()).toBe(before);
  });
});

function join(host: Host, address: string, affiliateId: string, owner = new Owner(affiliateId)): DiscoveryClient {
  onTestFinished(() => owner.close());
  return new DiscoveryClient({
    host,
    owner,
    endpoint: address,
    insecure: true,
    clusterId: 'c',
    affiliateId,
    key: KEY,
    ttl: 60_000,
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
