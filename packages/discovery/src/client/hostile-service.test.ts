import { Owner } from '@cosi-ts/core';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { watchResponse } from '../wire/messages.ts';
import { DiscoveryClient } from './discovery-client.ts';
import { cipher, data, endpoint, endpointCipher, FakeWorld, KEY, published } from './scripted-service.fixture.ts';

const bytes = fc.uint8Array({ maxLength: 80 });

/** Among others sealed by somebody who has the secret, and means harm. */
const affiliate = fc.record({
  id: fc.oneof(fc.constantFrom('a', 'b', 'me', ''), fc.string()),
  data: fc.oneof(
    bytes,
    fc
      .tuple(fc.constantFrom('a', 'b', 'me'), bytes)
      .map(([id, ip]) => cipher.seal({ ...data(id), addresses: [ip] }, new Uint8Array(12))),
  ),
  endpoints: fc.array(
    fc.oneof(
      bytes,
      fc
        .tuple(fc.uint8Array({ maxLength: 16 }), fc.integer({ min: 0, max: 0xffff_ffff }))
        .map(([ip, port]) => endpointCipher.seal({ ip, port })),
    ),
    { maxLength: 4 },
  ),
});

const message = fc.oneof(
  bytes,
  fc
    .record({ affiliates: fc.array(affiliate, { maxLength: 4 }), deleted: fc.boolean() })
    .map((response) => watchResponse.encode(response)),
);

describe('a service, or whoever writes to it, that means harm', () => {
  test.prop([fc.array(message, { maxLength: 8 })])('is survived whatever the watch says', async (messages) => {
    await inWorld(async (world, client) => {
      const service = world.service('service:1');
      for (const each of messages) {
        service.say(each);
        await world.settle();
        for (const { id, data, endpoints } of client.affiliates.list()) {
          expect([id, data.nodeId]).toEqual([data.nodeId, id]);
          expect(id).not.toBe('me');
          expect(endpoints.every(({ ip, port }) => ip.length >= 4 && port < 65_536)).toBe(true);
        }
      }
      service.endWatch();
      await world.pass(100_000);
      service.snapshot([published('a', [endpoint(1)]), published('me')]);
      await world.settle();
      expect(client.status).toMatchObject({ connected: true, published: true });
      expect(client.affiliates.list()).toMatchObject([{ id: 'a', data: { hostname: 'host of a' } }]);
    });
  });

  test.prop([bytes])('is survived whatever Hello answers', async (nonsense) => {
    await inWorld(async (world, client) => {
      const service = world.service('service:1');
      service.nonsense = nonsense;
      await world.pass(10_000);
      service.nonsense = undefined;
      await world.pass(100_000);
      service.snapshot([]);
      await world.settle();
      expect(client.status).toMatchObject({ endpoint: 'service:1', connected: true, published: true });
    });
  });
});

async function inWorld(scenario: (world: FakeWorld, client: DiscoveryClient) => Promise<void>): Promise<void> {
  const world = new FakeWorld();
  world.service('service:1');
  await using owner = new Owner('test');
  const client = new DiscoveryClient({
    host: world.host,
    owner,
    endpoint: 'service:1',
    insecure: true,
    clusterId: 'cluster-1',
    affiliateId: 'me',
    key: KEY,
    ttl: 60_000,
  });
  client.setLocalData(data('me'));
  await scenario(world, client);
}
