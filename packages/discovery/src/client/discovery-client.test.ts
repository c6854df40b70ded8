import { Buffer } from 'node:buffer';
import { Owner, RpcError } from '@cosi-ts/core';
import { beforeEach, describe, expect, test } from 'vitest';
import { DiscoveryClient } from './discovery-client.ts';
import type { DiscoveryClientOptions } from './options.ts';
import {
  cipher,
  data,
  EMPTY,
  endpoint,
  endpointCipher,
  FakeWorld,
  hex,
  KEY,
  published,
  type FakeService,
} from './scripted-service.fixture.ts';

const TTL = 60_000;

let world: FakeWorld;
let service: FakeService;
let owner: Owner;

beforeEach(() => {
  world = new FakeWorld();
  service = world.service('service:1');
  owner = new Owner('test');
});

function start(options: Partial<DiscoveryClientOptions> = {}): DiscoveryClient {
  return new DiscoveryClient({
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
}

describe('a client of the discovery service', () => {
  test('says hello, watches and publishes without waiting', async () => {
    const client = start({ clientVersion: 'v1.2.3' });
    client.setLocalData(data('me'), [endpoint(1)], [{ affiliateId: 'peer', endpoints: [endpoint(2)] }]);
    await world.settle();
    service.snapshot([]);
    await world.settle();
    expect(world.now).toBe(0);
    expect(service.calls.map(({ method }) => method)).toEqual(['Hello', 'Watch', 'AffiliateUpdate', 'AffiliateUpdate']);
    const [own, peer] = service.updates();
    expect(cipher.open(own?.data ?? EMPTY)).toMatchObject({ ok: true, value: { nodeId: 'me' } });
    expect(own).toMatchObject({ clusterId: 'cluster-1', affiliateId: 'me', ttlNanos: TTL * 1e6 });
    expect(own?.endpoints.map(hex)).toEqual([hex(endpointCipher.seal(endpoint(1)))]);
    expect(peer).toMatchObject({ affiliateId: 'peer', data: EMPTY });
    expect(client.status).toMatchObject({ connected: true, published: true, lastError: undefined });
    expect(hex(client.publicIp ?? EMPTY)).toBe('7f000001');
    expect(service.channelOptions).toEqual({
      keepalive: { time: 10_000, timeout: 20_000 },
      maxReceiveBytes: 8 * 1024 * 1024,
    });
  });

  test('sends the same ciphertext every half TTL, and nothing when the same is said again', async () => {
    const client = start();
    client.setLocalData(data('me'), [endpoint(1)]);
    await world.settle();
    client.setLocalData(data('me'), [endpoint(1)]);
    await world.settle();
    expect(service.updates()).toHaveLength(1);
    await world.pass(TTL / 2);
    await world.pass(TTL / 2);
    expect(service.updates()).toHaveLength(3);
    expect(new Set(service.updates().map((update) => hex(update.data))).size).toBe(1);
    client.setLocalData({ ...data('me'), hostname: 'renamed' }, [endpoint(1)]);
    await world.settle();
    expect(service.updates()).toHaveLength(4);
    expect(new Set(service.updates().map((update) => hex(update.data))).size).toBe(2);
  });

  test('reports the endpoints of a peer in one call, and none of its own as those of a peer', async () => {
    const client = start();
    client.setLocalData(
      data('me'),
      [],
      [
        { affiliateId: 'peer', endpoints: [endpoint(1)] },
        { affiliateId: 'me', endpoints: [endpoint(2)] },
        { affiliateId: 'peer', endpoints: [endpoint(3)] },
      ],
    );
    await world.settle();
    expect(service.updates().map(({ affiliateId, endpoints }) => [affiliateId, endpoints.length])).toEqual([
      ['me', 0],
      ['peer', 2],
    ]);
  });

  test('refreshes itself although others change all the time', async () => {
    const client = start();
    client.setLocalData(data('me'));
    for (let at = 0; at < 2 * TTL; at += 1000) {
      client.setLocalData(data('me'), [], [{ affiliateId: 'peer', endpoints: [endpoint(at / 1000 + 1)] }]);
      await world.pass(1000);
    }
    expect(service.updates().filter(({ affiliateId }) => affiliateId === 'me')).toHaveLength(5);
  });

  test('follows the service through a cursor', async () => {
    const client = start();
    const cursor = client.affiliates.changes();
    await world.settle();
    service.snapshot([published('a'), published('me'), published('b', [endpoint(1), endpoint(2)])]);
    await world.settle();
    expect(cursor.pull()?.changed.map(({ key }) => key)).toEqual(['a', 'b']);
    expect(client.affiliates.get('b')).toMatchObject({
      data: { nodeId: 'b', hostname: 'host of b' },
      endpoints: [{ port: 1 }, { port: 2 }],
      unconfirmed: false,
    });
    service.change(published('a', [endpoint(3)]));
    service.remove('b');
    service.change(published('me'));
    await world.settle();
    expect(cursor.pull()?.changed).toMatchObject([
      { key: 'a', value: { endpoints: [{ port: 3 }] } },
      { key: 'b', value: undefined },
    ]);
  });

  test('takes a watch that ended cleanly for lost, and a snapshot for a difference', async () => {
    const client = start();
    await world.settle();
    const [a, b, c] = [published('a'), published('b'), published('c')];
    service.snapshot([a, b]);
    await world.settle();
    const cursor = client.affiliates.changes(client.affiliates.position);
    service.endWatch();
    await world.settle();
    expect(client.status).toMatchObject({ connected: false, lastError: { message: 'the service ended the watch' } });
    await world.pass(750);
    expect(client.affiliates.size).toBe(2);
    service.snapshot([a, c]);
    await world.settle();
    expect(world.openChannels).toBe(1);
    expect(cursor.pull()?.changed).toMatchObject([{ key: 'c' }, { key: 'b', value: { unconfirmed: true } }]);
    expect(client.status.connected).toBe(true);
  });
});

describe('what the reference does wrong', () => {
  test('a failed refresh goes through backoff at once, not at the next half TTL', async () => {
    const client = start();
    await world.settle();
    service.snapshot([]);
    service.fail('AffiliateUpdate', new RpcError('UNAVAILABLE', 'gone'));
    client.setLocalData(data('me'));
    await world.settle();
    expect(client.status.connected).toBe(false);
    service.fail('AffiliateUpdate', undefined);
    await world.pass(750);
    expect(service.updates()).toHaveLength(2);
    service.snapshot([]);
    await world.settle();
    expect(client.status).toMatchObject({ connected: true, published: true });
  });

  test("a peer's full list keeps neither our publication nor our watch", async () => {
    const client = start();
    service.fail('AffiliateUpdate peer', new RpcError('RESOURCE_EXHAUSTED', 'too many endpoints'));
    client.setLocalData(
      data('me'),
      [],
      [
        { affiliateId: 'peer', endpoints: [endpoint(1)] },
        { affiliateId: 'other', endpoints: [endpoint(2)] },
      ],
    );
    await world.settle();
    service.snapshot([]);
    await world.settle();
    expect(service.updates().map(({ affiliateId }) => affiliateId)).toEqual(['me', 'peer', 'other']);
    expect(client.status).toMatchObject({ connected: true, published: true });
  });

  test('when we are refused ourselves we go on watching and try again soon', async () => {
    const client = start();
    service.fail('AffiliateUpdate', new RpcError('RESOURCE_EXHAUSTED', 'too many affiliates'));
    client.setLocalData(data('me'));
    await world.settle();
    service.snapshot([published('a')]);
    await world.settle();
    expect(client.status).toMatchObject({ connected: true, published: false });
    expect(client.status.lastError?.message).toContain('too many affiliates');
    service.fail('AffiliateUpdate', undefined);
    await world.pass(750);
    expect(client.status).toMatchObject({ connected: true, published: true });
    expect(service.calls.filter(({ method }) => method === 'Watch')).toHaveLength(1);
  });

  test('endpoints that are no endpoints are skipped', async () => {
    const client = start();
    await world.settle();
    const bad = [
      EMPTY,
      Buffer.alloc(15),
      Buffer.alloc(16, 0xff),
      Buffer.from('f29000b62a499fd0a9f39a6add2e7780', 'hex'),
    ];
    service.snapshot([{ ...published('a'), endpoints: [...bad, endpointCipher.seal(endpoint(7))] }]);
    await world.settle();
    expect(client.affiliates.get('a')?.endpoints).toMatchObject([{ port: 7 }]);
    expect(client.status.skipped).toBe(4);
  });

  test('an id that is not the one inside is refused', async () => {
    const client = start();
    await world.settle();
    service.snapshot([{ ...published('a'), id: 'b' }]);
    await world.settle();
    expect(client.affiliates.list()).toEqual([]);
    expect(client.status.skipped).toBe(1);
    expect(world.warnings).toContain('affiliate not readable');
  });

  test('data that cannot be read leaves the last good one, as long as the service knows the node', async () => {
    const client = start();
    await world.settle();
    service.snapshot([published('a'), published('b')]);
    service.change({ id: 'a', data: Buffer.alloc(64), endpoints: [] });
    service.change({ id: 'b', data: EMPTY, endpoints: [] });
    await world.settle();
    expect(client.affiliates.list()).toMatchObject([{ id: 'a' }]);
    service.endWatch();
    await world.pass(750);
    service.snapshot([]);
    await world.pass(TTL);
    expect(client.affiliates.size).toBe(0);
  });

  test('a deletion by somebody else is healed', async () => {
    const client = start();
    client.setLocalData(data('me'));
    await world.settle();
    service.snapshot([]);
    service.remove('me');
    await world.settle();
    expect(service.updates()).toHaveLength(2);
    expect(world.warnings).toEqual(['deleted by somebody else: publishing again']);
  });

  test('what is left after a deletion, if peers still speak of us, is healed too', async () => {
    const client = start();
    client.setLocalData(data('me'));
    await world.settle();
    service.snapshot([]);
    service.change({ ...published('me'), data: EMPTY });
    await world.settle();
    expect(service.updates()).toHaveLength(2);
    service.change(published('me'));
    await world.settle();
    expect(service.updates()).toHaveLength(2);
  });

  test('a deletion of our own is not', async () => {
    const client = start();
    client.setLocalData(data('me'));
    await world.settle();
    service.snapshot([]);
    await world.settle();
    await client.deleteLocal();
    service.remove('me');
    await world.pass(2000);
    expect(service.updates()).toHaveLength(1);
    expect(world.warnings).toEqual([]);
  });

  test('a redirect holds only while its target works', async () => {
    const second = world.service('service:2');
    service.redirect = 'service:2';
    const client = start();
    client.setLocalData(data('me'));
    await world.settle();
    second.snapshot([]);
    await world.settle();
    expect(world.now).toBe(0);
    expect(client.status).toMatchObject({ endpoint: 'service:2', connected: true });
    service.redirect = '';
    second.fail('Hello', new RpcError('UNAVAILABLE', 'switched off'));
    second.endWatch();
    await world.pass(3000);
    expect(client.status).toMatchObject({ endpoint: 'service:1', published: true });
    service.snapshot([]);
    await world.settle();
    const { length } = second.calls;
    service.fail('Hello', new RpcError('UNAVAILABLE', 'down'));
    service.endWatch();
    await world.pass(10_000);
    expect(second.calls).toHaveLength(length);
  });

  test('services that send each other their clients are left in peace', async () => {
    const second = world.service('service:2');
    service.redirect = 'service:2';
    second.redirect = 'service:1';
    start();
    await world.pass(60_000);
    expect(service.calls.length).toBeLessThan(30);
  });
});

describe('an outage of the service', () => {
  test('is noticed although a snapshot was just being read', async () => {
    const slice = Promise.withResolvers<void>();
    world.pace = { yield: () => slice.promise };
    const client = start();
    await world.settle();
    service.fail('AffiliateUpdate', new RpcError('UNAVAILABLE', 'gone'));
    service.snapshot([published('a')]);
    client.setLocalData(data('me'));
    await world.settle();
    slice.resolve();
    await world.settle();
    expect(client.status).toMatchObject({ connected: false, lastError: { message: 'gone' } });
    await world.pass(TTL);
    expect(client.affiliates.size).toBe(0);
  });

  test('is survived for the TTL since the watch was last healthy, and not longer', async () => {
    const client = start();
    await world.settle();
    service.snapshot([published('a')]);
    await world.pass(TTL * 3);
    expect(client.affiliates.size).toBe(1);
    service.fail('Hello', new RpcError('UNAVAILABLE', 'down'));
    service.endWatch();
    await world.pass(TTL - 1);
    expect(client.affiliates.size).toBe(1);
    await world.pass(1);
    expect(client.affiliates.size).toBe(0);
  });

  test('is waited out with growing pauses that a success resets', async () => {
    service.fail('Hello', new RpcError('UNAVAILABLE', 'down'));
    const client = start();
    await world.pass(10 * 60_000);
    const tries = service.calls.length;
    expect(tries).toBeGreaterThan(10);
    expect(tries).toBeLessThan(40);
    expect(client.status.lastError?.message).toBe('down');
    service.fail('Hello', undefined);
    await world.pass(90_000);
    service.snapshot([]);
    await world.settle();
    expect(client.status.connected).toBe(true);
    service.endWatch();
    await world.pass(750);
    service.snapshot([]);
    await world.settle();
    expect(client.status.connected).toBe(true);
  });

  test('a service that says hello and ends every watch is not hammered', async () => {
    service.fail('Watch', new RpcError('RESOURCE_EXHAUSTED', 'too many watchers'));
    start();
    await world.pass(10 * 60_000);
    expect(service.calls.filter(({ method }) => method === 'Hello').length).toBeLessThan(40);
  });
});

describe('the end', () => {
  test('deleteLocal resolves when the service has acknowledged, also after an outage', async () => {
    const client = start();
    client.setLocalData(data('me'));
    await world.settle();
    service.fail('AffiliateDelete', new RpcError('UNAVAILABLE', 'gone'));
    let left = false;
    void client.deleteLocal().then(() => (left = true));
    await world.settle();
    expect(left).toBe(false);
    service.fail('AffiliateDelete', undefined);
    await world.pass(750);
    expect(left).toBe(true);
    client.setLocalData(data('me'));
    await world.settle();
    expect(service.calls.at(-1)?.method).toBe('AffiliateUpdate');
  });

  test('whoever leaves twice waits for the same answer', async () => {
    service.fail('AffiliateDelete', new RpcError('UNAVAILABLE', 'gone'));
    const client = start();
    let left = 0;
    for (let time = 0; time < 2; time += 1) void client.deleteLocal().then(() => (left += 1));
    await world.settle();
    expect(left).toBe(0);
    service.fail('AffiliateDelete', undefined);
    await world.pass(750);
    expect(left).toBe(2);
    await client.deleteLocal();
  });

  test('closing ends everything and says nothing', async () => {
    const client = start();
    client.setLocalData(data('me'));
    await world.settle();
    service.snapshot([published('a')]);
    await world.settle();
    const { length } = service.calls;
    const left = client.deleteLocal();
    await owner.close();
    await expect(left).rejects.toThrow('was closed');
    expect(service.calls.slice(length).every(({ method }) => method === 'AffiliateDelete')).toBe(true);
    expect(owner.liveCount).toBe(0);
    expect(world.pendingTimers).toBe(0);
    expect(world.openChannels).toBe(0);
  });

  test('a drop sends nothing and leaves nothing', async () => {
    const client = start();
    client.setLocalData(data('me'));
    await world.settle();
    service.snapshot([published('a')]);
    await world.settle();
    const { length } = service.calls;
    owner.drop();
    client.setLocalData({ ...data('me'), hostname: 'late' });
    void client.deleteLocal();
    await world.pass(TTL * 2);
    expect(service.calls).toHaveLength(length);
    expect(world.pendingTimers).toBe(0);
    expect(world.openChannels).toBe(0);
  });

  test.each([
    { ttl: 0 },
    { ttl: 30 * 60_000 + 1 },
    { clusterId: '' },
    { affiliateId: 'é'.repeat(129) },
    { key: Buffer.alloc(31) },
  ])('options that no service would accept are refused: %j', (options) => {
    expect(() => start(options)).toThrow(RangeError);
    expect(owner.liveCount).toBe(0);
  });
});
