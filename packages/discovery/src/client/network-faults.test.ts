import { Owner, type Host } from '@cosi-ts/core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { manualWorld, serve } from '../server/service.fixture.ts';
import { DiscoveryClient, type ReadableTable } from './discovery-client.ts';
import { data, endpoint, KEY } from './scripted-service.fixture.ts';
import { tcpProxy } from './tcp-proxy.fixture.ts';

// A real client and a real service, and between them a proxy that does what networks do. The clocks of both stand still
// but for what a test says.

describe('a connection', () => {
  test('that is cut is made again, and nobody is forgotten meanwhile', async () => {
    const { world, proxy, one, two } = await pair();
    proxy.cut();
    await follow(one.statuses, ({ connected }) => !connected);
    expect(one.affiliates.size).toBe(1);
    two.setLocalData({ ...data('two'), hostname: 'changed' });
    await world.advance(1000);
    await follow(one.affiliates, () => one.affiliates.get('two')?.data.hostname === 'changed');
    expect(proxy.accepted).toBe(2);
  });

  test('that is cut again and again while it is made is made in the end', async () => {
    const { world, proxy, one, two } = await pair();
    proxy.refuse();
    proxy.cut();
    await follow(one.statuses, ({ connected }) => !connected);
    for (let attempt = 0; attempt < 5; attempt += 1) await meanwhile(world, proxy.nextAccept());
    expect(one.affiliates.size).toBe(1);
    two.setLocalData({ ...data('two'), hostname: 'changed' });
    proxy.resume();
    await reconnected(world, one);
    await follow(one.affiliates, () => one.affiliates.get('two')?.data.hostname === 'changed');
  });

  test('that is slow loses nothing: what was held back comes in the end', async () => {
    const { proxy, one, two } = await pair();
    proxy.stall();
    for (let version = 0; version < 100; version += 1) {
      two.setLocalData({ ...data('two'), hostname: `version ${version}` });
    }
    await two.deleteLocal();
    two.setLocalData({ ...data('two'), hostname: 'the last' }, [endpoint(9)]);
    await follow(two.statuses, ({ published }) => published);
    expect(one.affiliates.get('two')?.data.hostname).not.toBe('the last');
    proxy.resume();
    await follow(one.affiliates, () => one.affiliates.get('two')?.data.hostname === 'the last');
    expect(one.status.connected).toBe(true);
    expect(proxy.accepted).toBe(1);
  });

  test.each<[string, Impatience]>([
    ['answers no ping is given up, and another one is made', { pings: 1 / 200, calls: 1 }],
    ['answers no refresh is given up, and another one is made', { pings: 1, calls: 1 / 50 }],
  ])('that stalls and %s', async (_, impatience) => {
    const { world, proxy, one } = await pair(impatience);
    proxy.stall();
    // Half the TTL, after which there is something to say.
    await world.advance(30_000);
    await follow(one.statuses, ({ connected }) => !connected);
    expect(one.affiliates.size).toBe(1);
    // What was stalled stays so.
    proxy.pass();
    await reconnected(world, one);
    expect(one.affiliates.size).toBe(1);
  });

  test.each(['client', 'service'] as const)('whose side towards the %s ends is made again', async (towards) => {
    const { world, service, proxy, one, two } = await pair();
    proxy.halfClose(towards);
    await follow(one.statuses, ({ connected }) => !connected);
    two.setLocalData({ ...data('two'), hostname: 'changed' });
    await reconnected(world, one);
    await follow(one.affiliates, () => one.affiliates.get('two')?.data.hostname === 'changed');
    expect(proxy.open).toBe(1);
    // The service has noticed, too: the old watch is gone.
    expect(service.counts().watchers).toBe(2);
  });
});

/** How much sooner than it should a client loses patience: gRPC has clocks of its own, which no test can move. */
interface Impatience {
  readonly pings: number;
  readonly calls: number;
}

/** Two nodes that see each other; the first one through a proxy. */
async function pair(impatience?: Impatience) {
  const world = manualWorld();
  const { service } = await serve({}, world);
  const proxy = await tcpProxy(service.address);
  const [one, two] = [
    join(impatient(world.host, impatience), proxy.address, 'one'),
    join(world.host, service.address, 'two'),
  ];
  one.setLocalData(data('one'));
  two.setLocalData(data('two'));
  await follow(one.affiliates, () => one.affiliates.size === 1);
  await follow(two.affiliates, () => two.affiliates.size === 1);
  await follow(one.statuses, ({ connected, published }) => connected && published);
  return { world, service, proxy, one, two };
}

function reconnected(world: ReturnType<typeof manualWorld>, client: DiscoveryClient): Promise<void> {
  return meanwhile(
    world,
    follow(client.statuses, ({ connected, published }) => connected && published),
  );
}

/** Lets time pass until something has happened. */
async function meanwhile(world: ReturnType<typeof manualWorld>, event: Promise<void>): Promise<void> {
  const end = { hasCome: false };
  void event.then(() => (end.hasCome = true));
  // Slowly, so that lifetimes do not end while the network works.
  while (!end.hasCome) await world.advance(1);
}

function impatient(host: Host, { pings, calls }: Impatience = { pings: 1, calls: 1 }): Host {
  const connect: Host['rpc']['connect'] = (target, { keepalive, ...options } = {}) => {
    const channel = host.rpc.connect(target, {
      ...options,
      ...(keepalive && { keepalive: { time: keepalive.time * pings, timeout: keepalive.timeout * pings } }),
    });
    return {
      unary: (method, request, { timeout = 0, ...others } = {}) =>
        channel.unary(method, request, { ...others, timeout: timeout * calls }),
      stream: (...args) => channel.stream(...args),
      close: () => channel.close(),
      get isClosed() {
        return channel.isClosed;
      },
    };
  };
  return { ...host, rpc: { ...host.rpc, connect } };
}

function join(host: Host, address: string, affiliateId: string): DiscoveryClient {
  const owner = new Owner(affiliateId);
  onTestFinished(() => owner.close());
  const options = { host, owner, endpoint: address, insecure: true, clusterId: 'c', affiliateId, key: KEY };
  return new DiscoveryClient({ ...options, ttl: 60_000 });
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
