import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { connect as connectTcp, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { silentLogger } from '../../host/logger.ts';
import type { RpcListener, RpcStream, ServerCall, StreamHandler } from '../rpc.ts';
import { grpcRpc } from './grpc-rpc.ts';

const rpc = grpcRpc(silentLogger);
const directory = mkdtempSync(join(tmpdir(), 'rpc-'));
const STREAM = '/t.T/Stream';
const NOTHING = new Uint8Array(0);
const ended: (() => unknown)[] = [];

afterEach(async () => {
  while (ended.length > 0) await ended.pop()?.();
});
afterAll(() => rmSync(directory, { recursive: true }));

describe('a listener that closes', () => {
  test('aborts its calls; what handlers do then is what callers see', async () => {
    const { listener, stream, call } = await streaming(async (_request, call, sink) => {
      await aborted(call);
      await sink.write(Uint8Array.of(2));
    });
    const closed = listener.close(2 ** 30);
    expect(listener.close()).toBe(closed);
    expect(call.signal.reason).toMatchObject({ status: 'UNAVAILABLE' });
    expect(await stream.next()).toEqual(Uint8Array.of(2));
    expect(await stream.next()).toBeUndefined();
    await closed;
  });

  test('a handler that throws the reason of its signal says UNAVAILABLE', async () => {
    const { listener, stream } = await streaming(async (_request, call) => {
      await aborted(call);
      call.signal.throwIfAborted();
    });
    const says = { status: 'UNAVAILABLE', message: 'the server is stopping' };
    await Promise.all([expect(stream.next()).rejects.toMatchObject(says), listener.close(2 ** 30)]);
  });

  test('a handler that does not listen is cut after the grace', async () => {
    const { listener, stream } = await streaming(() => new Promise<void>(() => undefined));
    await Promise.all([expect(stream.next()).rejects.toMatchObject({ status: 'UNAVAILABLE' }), listener.close(1)]);
  });

  test('wakes a handler that waits for a slow reader', async () => {
    const full = Promise.withResolvers<void>();
    const { listener, stream } = await streaming(async (_request, call, sink) => {
      while (!call.signal.aborted) {
        const wait = sink.write(new Uint8Array(10_000));
        if (wait !== undefined) full.resolve();
        await wait;
      }
    });
    await full.promise;
    const closed = listener.close(2 ** 30);
    await drain(stream);
    await closed;
  });

  test('the address is free at once', async () => {
    const { listener } = await streaming((_request, call) => aborted(call));
    await listener.close();
    const again = await rpc.listen({ address: listener.address }, []);
    await again.close();
  });
});

describe('a listener that is destroyed', () => {
  test('cuts its connections, and its handlers hear nothing', async () => {
    const heard: string[] = [];
    const written = Promise.withResolvers<void>();
    let isDestroyed = false;
    const { listener, stream } = await streaming(async (_request, call, sink) => {
      call.signal.addEventListener('abort', () => heard.push('abort'));
      for (;;) {
        const full = sink.write(new Uint8Array(10_000));
        if (full !== undefined) written.resolve();
        await full;
        if (isDestroyed) heard.push('went on');
      }
    });
    await written.promise;
    isDestroyed = true;
    listener.destroy();
    listener.destroy();
    await expect(drain(stream)).rejects.toMatchObject({ status: 'UNAVAILABLE' });
    expect(heard).toEqual([]);
    const again = await rpc.listen({ address: listener.address }, []);
    await again.close();
  });
});

describe('an address that cannot be had', () => {
  test('is UNAVAILABLE and says why', async () => {
    const { listener } = await streaming((_request, call) => aborted(call));
    const taken = rpc.listen({ address: listener.address }, []);
    await expect(taken).rejects.toMatchObject({ status: 'UNAVAILABLE' });
    await expect(taken).rejects.toThrow(/cannot listen on 127\.0\.0\.1:\d+: it is in use/);
    await expect(rpc.listen({ address: '192.0.2.1:0' }, [])).rejects.toThrow('no interface of this host');
    await expect(rpc.listen({ address: `unix:${directory}/none/socket` }, [])).rejects.toThrow(
      'directory does not exist',
    );
  });

  test('is INVALID_ARGUMENT if it is none', async () => {
    await expect(rpc.listen({ address: 'localhost' }, [])).rejects.toMatchObject({ status: 'INVALID_ARGUMENT' });
  });
});

describe('a client whose side of the connection ends', () => {
  test('is gone, with its calls', async () => {
    const opened = Promise.withResolvers<ServerCall>();
    const handler: StreamHandler = async (_request, call, sink) => {
      await sink.write(NOTHING);
      opened.resolve(call);
      await aborted(call);
    };
    const listener = await rpc.listen({ address: '127.0.0.1:0' }, [
      { name: 't.T', unary: new Map(), streams: new Map([[STREAM, handler]]) },
    ]);
    const socket = connectTcp({ port: Number(listener.address.split(':')[1]), allowHalfOpen: true });
    const client = connectHttp2(`http://${listener.address}`, { createConnection: () => socket });
    client.on('error', () => undefined);
    const request = client.request({ ':method': 'POST', ':path': STREAM, 'content-type': 'application/grpc' });
    request.on('error', () => undefined).end(Buffer.alloc(5));
    const { signal } = await opened.promise;
    const gone = aborted({ signal });
    socket.end();
    await gone;
    expect(signal.reason).toMatchObject({ status: 'CANCELLED' });
    await listener.close(2 ** 30);
  });
});

test('two services cannot offer one method', async () => {
  const service = { name: 't.T', unary: new Map(), streams: new Map([[STREAM, aborts]]) };
  await expect(rpc.listen({ address: '127.0.0.1:0' }, [service, service])).rejects.toThrow(
    `two services offer ${STREAM}`,
  );
});

test('all interfaces are an address, too', async () => {
  const listener = await rpc.listen({ address: ':0' }, []);
  expect(listener.address).toMatch(/^(\[::\]|0\.0\.0\.0):\d+$/);
  await listener.close();
});

test('a v6 peer is written in brackets', async () => {
  const { call } = await streaming((_request, call) => aborted(call), '[::1]:0');
  expect(call.peer).toMatch(/^\[::1\]:\d+$/);
});

test('a v4 peer of a v6 listener is written as v4', async () => {
  const listener = await rpc.listen({ address: '[::]:0' }, [
    {
      name: 't.T',
      unary: new Map([['/t.T/Peer', (_request, { peer }) => Promise.resolve(Buffer.from(peer))]]),
      streams: new Map(),
    },
  ]);
  const channel = rpc.connect({ address: listener.address.replace('[::]', '127.0.0.1') });
  ended.push(
    () => listener.close(0),
    () => channel.close(),
  );
  expect(Buffer.from(await channel.unary('/t.T/Peer', NOTHING)).toString()).toMatch(/^127\.0\.0\.1:\d+$/);
});

describe('a unix socket', () => {
  const path = join(directory, 'socket');
  const address = `unix:${path}`;

  test('is for its owner alone, and gone after closing', async () => {
    const mask = process.umask();
    const listener = await rpc.listen({ address }, []);
    expect(process.umask()).toBe(mask);
    expect(listener.address).toBe(address);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await listener.close();
    expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
  });

  test('of a living process is refused, and goes on', async () => {
    const { channel } = await streaming((_request, call) => aborted(call), address);
    const taken = rpc.listen({ address }, []);
    await expect(taken).rejects.toMatchObject({ status: 'UNAVAILABLE' });
    await expect(taken).rejects.toThrow('another process is listening');
    await expect(channel.unary('/t.T/None', NOTHING)).rejects.toMatchObject({ status: 'UNIMPLEMENTED' });
  });

  test('that a crash left behind is replaced', async () => {
    await leaveDeadSocket(path);
    const { channel } = await streaming((_request, call) => aborted(call), address);
    await expect(channel.unary('/t.T/None', NOTHING)).rejects.toMatchObject({ status: 'UNIMPLEMENTED' });
  });

  test('does not replace a file of another kind', async () => {
    writeFileSync(path, 'precious');
    await expect(rpc.listen({ address }, [])).rejects.toThrow('a file that is no socket');
    expect(statSync(path).size).toBe(8);
    rmSync(path);
  });

  test('with a path that is too long for the system goes through its directory', async () => {
    const deep = join(directory, 'd'.repeat(200), 'e'.repeat(200));
    mkdirSync(deep, { recursive: true });
    const target = { address: `unix:${join(deep, 'api.sock')}` };
    const echo = {
      name: 'e',
      unary: new Map([['/e/e', (bytes: Uint8Array) => Promise.resolve(bytes)]]),
      streams: new Map(),
    };
    for (let round = 0; round < 2; round += 1) {
      const listener = await rpc.listen(target, [echo]);
      expect(listener.address).toBe(target.address);
      expect(statSync(join(deep, 'api.sock')).mode & 0o777).toBe(0o600);
      const channel = rpc.connect(target);
      expect(await channel.unary('/e/e', Uint8Array.of(1, 2))).toEqual(Uint8Array.of(1, 2));
      channel.close();
      await listener.close();
      expect(existsSync(join(deep, 'api.sock'))).toBe(false);
    }
    expect(readlinks().filter((open) => open.startsWith(deep))).toEqual([]);
    expect(() => rpc.connect({ address: `unix:${directory}/${'x'.repeat(200)}/y` })).toThrow('ENOENT');
  });

  test('with a name that no way leads to is refused on both sides, with the cure', async () => {
    const long = `unix:${directory}/${'x'.repeat(103)}`;
    await expect(rpc.listen({ address: long }, [])).rejects.toMatchObject({ status: 'INVALID_ARGUMENT' });
    await expect(rpc.listen({ address: long }, [])).rejects.toThrow('use a shorter name');
    expect(() => rpc.connect({ address: long })).toThrow('at most');
    const longest = `unix:${directory}/${'x'.repeat(107 - directory.length - 1)}`;
    const listener = await rpc.listen({ address: longest }, []);
    await listener.close();
  });
});

/** What this process has open. */
function readlinks(): readonly string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      return [];
    }
  });
}

interface Streaming {
  readonly listener: RpcListener;
  readonly channel: ReturnType<typeof rpc.connect>;
  readonly stream: RpcStream;
  readonly call: ServerCall;
}

/** A listener with one stream that its handler is working on. */
async function streaming(handler: StreamHandler, address = '127.0.0.1:0'): Promise<Streaming> {
  const called = Promise.withResolvers<ServerCall>();
  const stream: StreamHandler = (request, call, sink) => {
    called.resolve(call);
    return handler(request, call, sink);
  };
  const listener = await rpc.listen({ address }, [
    { name: 't.T', unary: new Map(), streams: new Map([[STREAM, stream]]) },
  ]);
  const channel = rpc.connect({ address: listener.address });
  ended.push(
    () => listener.close(0),
    () => channel.close(),
  );
  return { listener, channel, stream: channel.stream(STREAM, NOTHING), call: await called.promise };
}

/** A socket file that nobody listens on: closing removes the name that was bound, which is another one by then. */
async function leaveDeadSocket(path: string): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(`${path}.bound`, resolve));
  renameSync(`${path}.bound`, path);
  await new Promise((resolve) => server.close(resolve));
  expect(statSync(path).isSocket()).toBe(true);
}

async function drain(stream: RpcStream): Promise<void> {
  while ((await stream.next()) !== undefined);
}

const aborts: StreamHandler = (_request, call) => aborted(call);

function aborted({ signal }: Pick<ServerCall, 'signal'>): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
