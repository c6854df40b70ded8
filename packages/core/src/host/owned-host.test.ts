import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { Owner } from '../owner/owner.ts';
import type { RpcService } from '../rpc/rpc.ts';
import { ownedHost } from './owned-host.ts';
import { realHost } from './real/real-host.ts';

const host = realHost();
const directory = mkdtempSync(join(tmpdir(), 'owned-'));
const NOTHING = new Uint8Array(0);
afterAll(() => rmSync(directory, { recursive: true }));

interface Seen {
  readonly service: RpcService;
  readonly called: Promise<AbortSignal>;
}

/** A service whose stream and unary method never end by themselves. */
function endless(): Seen {
  const { promise, resolve } = Promise.withResolvers<AbortSignal>();
  const wait = (signal: AbortSignal): Promise<void> =>
    new Promise((end) => {
      resolve(signal);
      signal.addEventListener('abort', () => end());
    });
  const service: RpcService = {
    name: 't.T',
    unary: new Map([['/t.T/Unary', (request, { signal }) => wait(signal).then(() => request)]]),
    streams: new Map([['/t.T/Stream', (_request, { signal }) => wait(signal)]]),
  };
  return { service, called: promise };
}

/** Notes how a promise settles, if it ever does. */
function watched(promise: Promise<unknown>, notes: string[], name: string): void {
  promise.then(
    () => notes.push(`${name} resolved`),
    () => notes.push(`${name} rejected`),
  );
}

describe('an owner that is dropped', () => {
  test('takes its channels along: the server sees them go, and nothing of the owner settles', async () => {
    const { service, called } = endless();
    const listener = await host.rpc.listen({ address: '127.0.0.1:0' }, [service]);
    const owner = new Owner('client');
    const channel = ownedHost(host, owner).rpc.connect({ address: listener.address });
    const notes: string[] = [];
    const stream = channel.stream('/t.T/Stream', NOTHING);
    watched(stream.next(), notes, 'pull');
    watched(channel.unary('/t.T/Unary', NOTHING), notes, 'unary');
    const signal = await called;
    owner.drop();
    expect(owner.liveCount).toBe(0);
    await aborted(signal);
    // It resolves when all connections are closed.
    await listener.close(2 ** 30);
    watched(channel.unary('/t.T/Unary', NOTHING), notes, 'later unary');
    watched(channel.stream('/t.T/Stream', NOTHING).next(), notes, 'later stream');
    channel.close();
    await turn();
    expect(notes).toEqual([]);
  });

  test('takes its listeners along: clients see a broken connection, handlers hear nothing', async () => {
    const { service, called } = endless();
    const owner = new Owner('server');
    const listener = await ownedHost(host, owner).rpc.listen({ address: '127.0.0.1:0' }, [service]);
    const channel = host.rpc.connect({ address: listener.address });
    const pull = channel.stream('/t.T/Stream', NOTHING).next();
    const signal = await called;
    owner.drop();
    await expect(pull).rejects.toMatchObject({ status: 'UNAVAILABLE' });
    channel.close();
    expect(signal.aborted).toBe(false);
  });

  test('while a listener, a lock or a file was on its way: it is ended when it arrives', async () => {
    const owner = new Owner('early');
    const owned = ownedHost(host, owner);
    const address = `unix:${directory}/early.sock`;
    const lock = join(directory, 'early.lock');
    const notes: string[] = [];
    const listening = owned.rpc.listen({ address }, []);
    const locking = owned.files.lock(lock);
    watched(listening, notes, 'listen');
    watched(locking, notes, 'lock');
    watched(owned.files.create(join(directory, 'early')), notes, 'create');
    owner.drop();
    // Both become free, which fails until they are.
    await eventually(async () => (await host.rpc.listen({ address }, [])).close());
    await eventually(async () => (await host.files.lock(lock)).release());
    expect(notes).toEqual([]);
  });

  test('takes its locks and timers along', async () => {
    const owner = new Owner('locker');
    const owned = ownedHost(host, owner);
    const path = join(directory, 'lock');
    const fired: string[] = [];
    await owned.files.lock(path);
    await expect(host.files.lock(path)).rejects.toMatchObject({ code: 'ELOCKED' });
    owned.timers.after(0, () => fired.push('owned'));
    owner.drop();
    await eventually(async () => (await host.files.lock(path)).release());
    await new Promise<void>((resolve) => void host.timers.after(1, resolve));
    expect(fired).toEqual([]);
  });
});

describe('an owner that is closed', () => {
  test('closes its listeners in peace, and its channels after its tasks', async () => {
    const { service, called } = endless();
    const server = new Owner('server');
    const client = new Owner('client');
    const listener = await ownedHost(host, server).rpc.listen({ address: '127.0.0.1:0' }, [service]);
    const channel = ownedHost(host, client).rpc.connect({ address: listener.address });
    const pull = channel.stream('/t.T/Stream', NOTHING).next();
    const signal = await called;
    await server.close();
    expect(signal.reason).toMatchObject({ status: 'UNAVAILABLE' });
    expect(await pull).toBeUndefined();
    await client.close();
    expect([server.liveCount, client.liveCount]).toEqual([0, 0]);
    await expect(channel.unary('/t.T/Unary', NOTHING)).rejects.toMatchObject({ status: 'CANCELLED' });
  });

  test('meanwhile, leaves nothing of what arrives later', async () => {
    const owner = new Owner('early');
    const path = join(directory, 'closed.lock');
    const locking = ownedHost(host, owner).files.lock(path);
    await Promise.all([owner.close(), expect(locking).rejects.toThrow('owner early is closed')]);
    await (await host.files.lock(path)).release();
  });

  test('does not keep what ended by itself', async () => {
    const owner = new Owner('short');
    const owned = ownedHost(host, owner);
    const listener = await owned.rpc.listen({ address: '127.0.0.1:0' }, []);
    await listener.close();
    (await owned.rpc.listen({ address: '127.0.0.1:0' }, [])).destroy();
    owned.rpc.connect({ address: listener.address }).close();
    await (await owned.files.lock(join(directory, 'short'))).release();
    await (await owned.files.create(join(directory, 'file'))).close();
    owned.files.watch(join(directory, 'file'), () => undefined).stop();
    owned.timers.after(1000, () => undefined).cancel();
    await new Promise<void>((resolve) => void owned.timers.after(0, resolve));
    expect(owner.liveCount).toBe(0);
  });
});

/** Tries again, a turn of the loop later, until it succeeds. */
async function eventually(attempt: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      await attempt();
      return;
    } catch {
      await turn();
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve());
  });
}
