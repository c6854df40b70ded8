import { describe, expect, test } from 'vitest';
import { bytes, MINUTE, serve } from './service.fixture.ts';

const nothing = { affiliates: [], deleted: false };

function affiliate(id: string, data = '', endpoints: string[] = []) {
  return { id, data, endpoints };
}

function updated(id: string, data = '', endpoints: string[] = []) {
  return { affiliates: [affiliate(id, data, endpoints)], deleted: false };
}

function deleted(id: string) {
  return { affiliates: [affiliate(id)], deleted: true };
}

describe('Hello', () => {
  test('tells where the caller is seen from, and redirects nobody', async () => {
    const { hello } = await serve();
    expect(await hello()).toEqual({ clientIp: Uint8Array.of(127, 0, 0, 1) });
  });

  test.each([
    ['x-real-ip', '1.2.3.4', [1, 2, 3, 4]],
    ['x-forwarded-for', '5.6.7.8,192.168.0.0.1', [5, 6, 7, 8]],
  ])('believes %s only where it is trusted', async (header, value, ip) => {
    const options = { metadata: { [header]: value } };
    const trusting = await serve({ trust: { xRealIp: true, firstXForwardedFor: true } });
    expect([...(await trusting.hello('c', options)).clientIp]).toEqual(ip);
    const { hello } = await serve();
    expect([...(await hello('c', options)).clientIp]).toEqual([127, 0, 0, 1]);
  });

  test('keeps addresses to itself where it is told to', async () => {
    const { hello } = await serve({ reportsClientIp: false });
    expect(await hello()).toEqual({ clientIp: new Uint8Array(0) });
  });

  test('sends everybody elsewhere, and single clusters somewhere else', async () => {
    const { hello, service } = await serve({
      redirect: 'new.example.com:443',
      redirectClusters: new Map([['special', 'special.example.com:443']]),
    });
    expect((await hello()).redirect).toBe('new.example.com:443');
    expect((await hello('special')).redirect).toBe('special.example.com:443');
    expect(service.counts().clusters).toBe(0);
  });
});

describe('affiliates', () => {
  test('keep their data and collect endpoints', async () => {
    const { update, list } = await serve();
    await update('af1', { data: bytes('data1'), endpoints: [bytes('e1'), bytes('e2')] });
    expect(await list()).toEqual([affiliate('af1', 'data1', ['e1', 'e2'])]);
    await update('af1', { endpoints: [bytes('e3'), bytes('e2'), bytes('e3')] });
    expect(await list()).toEqual([affiliate('af1', 'data1', ['e1', 'e2', 'e3'])]);
  });

  test('are deleted, as often as one likes, and come back', async () => {
    const { update, remove, list } = await serve();
    await remove('af1');
    await update('af1', { ttl: 0 });
    await remove('af1');
    await remove('af1');
    expect(await list()).toEqual([]);
    await update('af1', { endpoints: [bytes('e1')] });
    expect(await list()).toEqual([affiliate('af1', '', ['e1'])]);
  });

  test('are 1,024 a cluster at most', async () => {
    const { update, list } = await serve();
    for (let count = 0; count < 1024; count += 1) await update(`af${count}`);
    await expect(update('one-more')).rejects.toMatchObject({ status: 'RESOURCE_EXHAUSTED' });
    await update('af0', { data: bytes('data') });
    await update('elsewhere', { clusterId: 'd' });
    expect(await list()).toHaveLength(1024);
  });

  test('have 64 endpoints at most, and an update beyond that changes nothing', async () => {
    const { update, list, watch } = await serve();
    for (let count = 0; count < 64; count += 1) await update('af1', { endpoints: [bytes(`e${count}`)] });
    const before = await list();
    const { next } = watch();
    await next();
    const beyond = update('af1', { data: bytes('data'), endpoints: [bytes('e0'), bytes('e64')], ttl: 30 * MINUTE });
    await expect(beyond).rejects.toMatchObject({ status: 'RESOURCE_EXHAUSTED' });
    const tooMany = Array.from({ length: 65 }, (_, count) => bytes(`e${count}`));
    await expect(update('af2', { endpoints: tooMany })).rejects.toMatchObject({ status: 'RESOURCE_EXHAUSTED' });
    expect(await list()).toEqual(before);
    await update('af3');
    expect(await next()).toEqual(updated('af3'));
  });
});

describe('refused as INVALID_ARGUMENT:', () => {
  const long = 'a'.repeat(257);
  test.each<[string, (service: Awaited<ReturnType<typeof serve>>) => Promise<unknown>]>([
    ['Hello without a cluster', ({ hello }) => hello('')],
    ['Hello of a long cluster', ({ hello }) => hello('a'.repeat(1024))],
    ['an empty update', ({ call }) => call('AffiliateUpdate', new Uint8Array(0))],
    ['an update of a long cluster', ({ update }) => update('af', { clusterId: long })],
    ['an update of a long affiliate', ({ update }) => update(long)],
    ['2,049 bytes of data', ({ update }) => update('af', { data: new Uint8Array(2049) })],
    ['an endpoint of 33 bytes', ({ update }) => update('af', { endpoints: [new Uint8Array(33)] })],
    ['an endpoint of no bytes', ({ update }) => update('af', { endpoints: [new Uint8Array(0)] })],
    ['a TTL of 30 minutes and a nanosecond', ({ update }) => update('af', { ttlNanos: 1_800_000_000_001 })],
    ['an empty deletion', ({ call }) => call('AffiliateDelete', new Uint8Array(0))],
    ['a deletion in a long cluster', ({ remove }) => remove('af', long)],
    ['a deletion of a long affiliate', ({ remove }) => remove(long)],
    ['List without a cluster', ({ list }) => list('')],
    ['List of a long cluster', ({ list }) => list(long)],
    ['Watch without a cluster', ({ watch }) => watch('').next()],
    ['Watch of a long cluster', ({ watch }) => watch(long).next()],
    ['an id that is not UTF-8', ({ call }) => call('List', Uint8Array.of(0x0a, 1, 0xff))],
    ['bytes that are no message', ({ call }) => call('AffiliateUpdate', Uint8Array.of(0x0a, 9, 1))],
  ])('%s', async (_, request) => {
    const service = await serve();
    await expect(request(service)).rejects.toMatchObject({ status: 'INVALID_ARGUMENT' });
    expect(service.service.counts()).toEqual({ clusters: 0, affiliates: 0, endpoints: 0, watchers: 0 });
  });
});

describe('a watch', () => {
  test('begins with everything and goes on with one change a message', async () => {
    const { update, remove, watch } = await serve();
    await update('af1', { data: bytes('data1') });
    const { next } = watch();
    expect(await next()).toEqual(updated('af1', 'data1'));
    await update('af2', { data: bytes('data2') });
    expect(await next()).toEqual(updated('af2', 'data2'));
    await remove('af1');
    expect(await next()).toEqual(deleted('af1'));
    await update('af2', { endpoints: [bytes('e1'), bytes('e2')] });
    expect(await next()).toEqual(updated('af2', 'data2', ['e1', 'e2']));
  });

  test('begins with an empty message where there is nothing yet', async () => {
    const { update, watch } = await serve();
    const { next } = watch();
    expect(await next()).toEqual(nothing);
    await update('af1');
    expect(await next()).toEqual(updated('af1'));
  });

  test('hears nothing of what is there already', async () => {
    const { update, remove, watch } = await serve();
    const same = { data: bytes('data'), endpoints: [bytes('e1')] };
    await update('af1', same);
    const { next } = watch();
    await next();
    await update('af1', same);
    await update('af1', { endpoints: [bytes('e1')] });
    await update('af1', {});
    await remove('unknown');
    await update('af2');
    expect(await next()).toEqual(updated('af2'));
  });

  test('hears of its own cluster alone', async () => {
    const { update, watch } = await serve();
    const { next } = watch();
    await next();
    await update('af1', { clusterId: 'other' });
    await update('af2');
    expect(await next()).toEqual(updated('af2'));
  });

  test('ends cleanly when the service stops', async () => {
    const { watch, owner, service } = await serve();
    const { next } = watch();
    await next();
    expect(service.counts()).toMatchObject({ clusters: 1, watchers: 1 });
    const end = next();
    await owner.close();
    expect(await end).toBe('end');
  });

  test('of a full cluster may be larger than 4 MiB', async () => {
    const { update, watch, list } = await serve();
    const id = (count: number): string => String(count).padEnd(256, 'x');
    const data = new Uint8Array(2048).fill(120);
    const endpoints = Array.from({ length: 64 }, (_, count) => new Uint8Array(32).fill(count));
    await Promise.all(Array.from({ length: 1024 }, (_, count) => update(id(count), { data, endpoints })));
    const first = await watch().next();
    expect(first === 'end' ? [] : first.affiliates).toHaveLength(1024);
    expect(await list()).toHaveLength(1024);
  });
});

describe('time', () => {
  test('takes affiliates away, a pass after their end', async () => {
    const { update, watch, list, advance } = await serve({ gcInterval: MINUTE });
    await update('af1', { ttl: 10 * MINUTE });
    const { next } = watch();
    await next();
    await advance(10 * MINUTE);
    expect(await list()).toHaveLength(1);
    await advance(MINUTE);
    expect(await next()).toEqual(deleted('af1'));
    expect(await list()).toEqual([]);
  });

  test('takes single endpoints away, which is an update and not a deletion', async () => {
    const { update, watch, advance, list } = await serve({ gcInterval: MINUTE });
    await update('af1', { data: bytes('data'), endpoints: [bytes('e1'), bytes('e2')], ttl: MINUTE });
    await update('af1', { endpoints: [bytes('e1')], ttl: 10 * MINUTE });
    const { next } = watch();
    await next();
    await advance(2 * MINUTE);
    expect(await next()).toEqual(updated('af1', 'data', ['e1']));
    expect(await list()).toEqual([affiliate('af1', 'data', ['e1'])]);
  });

  test('is shortened by data with a shorter lifetime, and prolonged by peers', async () => {
    const { update, list, advance } = await serve({ gcInterval: MINUTE });
    await update('shortened', { data: bytes('data'), ttl: 30 * MINUTE });
    await update('shortened', { data: bytes('data'), ttl: MINUTE });
    await update('prolonged', { data: bytes('data'), ttl: MINUTE });
    await update('prolonged', { endpoints: [bytes('e1')], ttl: 30 * MINUTE });
    await advance(3 * MINUTE);
    expect(await list()).toEqual([affiliate('prolonged', 'data', ['e1'])]);
  });

  test('leaves no cluster that is neither used nor watched', async () => {
    const { update, remove, watch, list, service, advance } = await serve({ gcInterval: MINUTE });
    await list();
    await remove('af1');
    expect(service.counts().clusters).toBe(0);
    await update('af1', { ttl: MINUTE });
    const { next, cancel } = watch();
    await next();
    await advance(3 * MINUTE);
    expect(await next()).toEqual(deleted('af1'));
    expect(service.counts()).toMatchObject({ clusters: 1, affiliates: 0 });
    await update('af2', { ttl: MINUTE });
    await next();
    cancel();
    await expect.poll(() => service.counts().watchers).toBe(0);
    await remove('af2');
    expect(service.counts().clusters).toBe(0);
  });
});

describe('bounds', () => {
  test('hold for the number of clusters', async () => {
    const { update, watch, service } = await serve({ maxClusters: 1 });
    await update('af1');
    await expect(update('af1', { clusterId: 'd' })).rejects.toMatchObject({ status: 'RESOURCE_EXHAUSTED' });
    await expect(watch('d').next()).rejects.toMatchObject({ status: 'RESOURCE_EXHAUSTED' });
    await watch('c').next();
    expect(service.counts()).toMatchObject({ clusters: 1, watchers: 1 });
  });

  test('hold for the number of watches', async () => {
    const { watch, service } = await serve({ maxWatchers: 2 });
    await watch().next();
    const second = watch();
    await second.next();
    await expect(watch().next()).rejects.toMatchObject({ status: 'RESOURCE_EXHAUSTED' });
    second.cancel();
    await expect.poll(() => service.counts().watchers).toBe(1);
    await watch().next();
  });
});

describe('too many calls', () => {
  const from = (ip: string) => ({ timeout: 60_000, metadata: { 'x-real-ip': ip } });

  test('wait for their turn, or are refused at once if that comes too late', async () => {
    const trust = { xRealIp: true };
    const { hello, advance, pendingTimers } = await serve({ rateLimit: 1, rateBurst: 60, trust });
    await Promise.all(Array.from({ length: 60 }, () => hello('c', from('1.2.3.4'))));
    await expect(hello('c', { ...from('1.2.3.4'), timeout: 900 })).rejects.toMatchObject({
      status: 'RESOURCE_EXHAUSTED',
    });
    const timers = pendingTimers();
    const patient = hello('c', from('1.2.3.4'));
    await hello('c', from('5.6.7.8'));
    expect(pendingTimers()).toBe(timers + 1);
    await advance(1000);
    expect([...(await patient).clientIp]).toEqual([1, 2, 3, 4]);
  });

  test('that go away while they wait take no turn', async () => {
    const { hello, advance, pendingTimers } = await serve({ rateLimit: 1, rateBurst: 1 });
    await hello();
    const timers = pendingTimers();
    const leaving = new AbortController();
    const left = hello('c', { signal: leaving.signal });
    await expect.poll(pendingTimers).toBe(timers + 1);
    const next = hello();
    await expect.poll(pendingTimers).toBe(timers + 2);
    leaving.abort();
    await expect(left).rejects.toMatchObject({ status: 'CANCELLED' });
    await expect.poll(pendingTimers).toBe(timers + 1);
    const last = hello();
    await expect.poll(pendingTimers).toBe(timers + 2);
    await advance(2000);
    await next;
    await last;
  });

  test('are no reason to wait when the service stops', async () => {
    const { hello, owner, pendingTimers } = await serve({ rateLimit: 1, rateBurst: 1 });
    await hello();
    const timers = pendingTimers();
    const waiting = hello();
    waiting.catch(() => undefined);
    await expect.poll(pendingTimers).toBe(timers + 1);
    await owner.close();
    await expect(waiting).rejects.toMatchObject({ status: expect.stringMatching(/RESOURCE_EXHAUSTED|UNAVAILABLE/) });
  });
});

describe('a watcher that reads nothing', () => {
  test('is ABORTED after the bound, while others hear of everything', async () => {
    const { update, watch, advance, lines, service } = await serve({ stuckWatcherTimeout: 30_000, maxWatchers: 2 });
    const data = new Uint8Array(2048).fill(120);
    const stuck = watch();
    const reader = watch();
    await stuck.next();
    await reader.next();
    // Beyond what the network holds on the way.
    let heard = 0;
    const reading = (async () => {
      while (heard < 2000 && (await reader.next()) !== 'end') heard += 1;
    })();
    for (let count = 0; count < 2000; count += 1) {
      const last = Uint8Array.of(count >> 8, count);
      await update(`af${count % 1000}`, { data: Uint8Array.from([...data.subarray(2), ...last]) });
    }
    await reading;
    expect(service.counts().watchers).toBe(2);
    await advance(29_000);
    expect(service.counts().watchers).toBe(2);
    await advance(2_000);
    expect(service.counts().watchers).toBe(1);
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 'info', fields: expect.objectContaining({ code: 'ABORTED' }) }),
    );
    const messages = readAll(stuck);
    await expect(messages).rejects.toMatchObject({ status: 'ABORTED' });
  });

  test('does not hold up the end of the service', async () => {
    const { update, watch, owner, service } = await serve();
    const stuck = watch();
    await stuck.next();
    const data = new Uint8Array(2048);
    await Promise.all(Array.from({ length: 1000 }, (_, count) => update(`af${count}`, { data })));
    const start = performance.now();
    await owner.close();
    expect(service.counts().watchers).toBe(0);
    expect(performance.now() - start).toBeLessThan(8000);
  });
});

async function readAll({ next }: { next(): Promise<unknown> }): Promise<void> {
  while ((await next()) !== 'end');
}
