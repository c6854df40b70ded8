import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { fc, test as property } from '@fast-check/vitest';
import { afterEach, describe, expect, test } from 'vitest';
import { silentLogger, type Logger } from '../../host/logger.ts';
import { RpcError, RpcStatus, type RpcStatusName } from '../rpc-error.ts';
import type {
  ChannelOptions,
  ListenOptions,
  RpcChannel,
  RpcListener,
  ServerCall,
  StreamHandler,
  UnaryHandler,
} from '../rpc.ts';
import { grpcRpc } from './grpc-rpc.ts';

const directory = mkdtempSync(join(tmpdir(), 'rpc-'));
const ended: (() => unknown)[] = [() => rmSync(directory, { recursive: true })];
const UNARY = '/t.T/Unary';
const STREAM = '/t.T/Stream';
const NOTHING = new Uint8Array(0);
const failures = Object.keys(RpcStatus).filter((name) => name !== 'OK') as RpcStatusName[];

interface Served {
  readonly channel: RpcChannel;
  readonly listener: RpcListener;
}

interface Setup {
  readonly unary?: UnaryHandler;
  readonly stream?: StreamHandler;
  readonly log?: Logger;
  readonly listen?: ListenOptions;
  readonly connect?: ChannelOptions;
}

afterEach(async () => {
  while (ended.length > 1) await ended.pop()?.();
});

describe.each(['tcp', 'unix'])('over %s', (transport) => {
  const serve = async ({ unary, stream, log = silentLogger, ...options }: Setup): Promise<Served> => {
    const rpc = grpcRpc(log);
    const address = transport === 'tcp' ? '127.0.0.1:0' : `unix:${join(directory, 'socket')}`;
    const services = [
      {
        name: 't.T',
        unary: new Map(unary && [[UNARY, unary]]),
        streams: new Map(stream && [[STREAM, stream]]),
      },
    ];
    const listener = await rpc.listen({ address }, services, options.listen);
    const channel = rpc.connect({ address: listener.address }, options.connect);
    ended.push(
      () => listener.close(0),
      () => channel.close(),
    );
    return { channel, listener };
  };

  describe('calls', () => {
    property.prop([fc.uint8Array({ maxLength: 300 })], { numRuns: 25 })('carry bytes both ways', async (bytes) => {
      const { channel } = await serve({ unary: (request) => Promise.resolve(request) });
      expect(await channel.unary(UNARY, bytes)).toEqual(bytes);
    });

    test('a stream ends cleanly after its last message, however often it is pulled then', async () => {
      const { channel } = await serve({
        stream: async ([count = 0], _call, sink) => {
          for (let index = 0; index < count; index += 1) await sink.write(Uint8Array.of(index));
        },
      });
      const stream = channel.stream(STREAM, Uint8Array.of(3));
      for (let index = 0; index < 3; index += 1) expect(await stream.next()).toEqual(Uint8Array.of(index));
      expect(await stream.next()).toBeUndefined();
      expect(await stream.next()).toBeUndefined();
    });

    test('a stream is pulled once at a time', async () => {
      const { channel } = await serve({ stream: (_request, call) => aborted(call) });
      const stream = channel.stream(STREAM, NOTHING);
      const first = stream.next();
      await expect(stream.next()).rejects.toThrow('once at a time');
      stream.cancel();
      await expect(first).rejects.toMatchObject({ status: 'CANCELLED' });
    });

    test('handlers see method, peer and metadata', async () => {
      const seen = Promise.withResolvers<ServerCall>();
      const { channel } = await serve({
        unary: (request, call) => {
          seen.resolve(call);
          return Promise.resolve(request);
        },
      });
      await channel.unary(UNARY, NOTHING, { metadata: { 'X-One': 'a', two: ['b', 'c'], 'raw-bin': 'AAEC' } });
      const call = await seen.promise;
      expect(call.method).toBe(UNARY);
      expect(call.peer).toMatch(transport === 'tcp' ? /^127\.0\.0\.1:\d+$/ : /^unix:$/);
      expect(call.metadata.get('x-one')).toEqual(['a']);
      expect(call.metadata.get('two')?.join(', ')).toBe('b, c');
      expect(call.metadata.get('raw-bin')).toEqual(['AAEC']);
      expect(call.timeLeft).toBeUndefined();
      expect(call.organizations).toBeUndefined();
    });

    test('metadata that HTTP cannot carry is refused', async () => {
      const { channel } = await serve({});
      await expect(channel.unary(UNARY, NOTHING, { metadata: { a: 'ü\n' } })).rejects.toMatchObject({
        status: 'INVALID_ARGUMENT',
      });
    });
  });

  describe('statuses', () => {
    test.each(failures)('%s passes through both kinds of calls', async (status) => {
      const { channel } = await serve({
        unary: () => Promise.reject(new RpcError(status, 'ü 100%\nbecause')),
        stream: async (_request, _call, sink) => {
          await sink.write(Uint8Array.of(1));
          throw new RpcError(status, 'ü 100%\nbecause');
        },
      });
      await expect(channel.unary(UNARY, NOTHING)).rejects.toMatchObject({ status, message: 'ü 100%\nbecause' });
      const stream = channel.stream(STREAM, NOTHING);
      expect(await stream.next()).toEqual(Uint8Array.of(1));
      await expect(stream.next()).rejects.toMatchObject({ status, message: 'ü 100%\nbecause' });
      await expect(stream.next()).rejects.toMatchObject({ status });
    });

    test('anything else that is thrown is INTERNAL, keeps its message, and is logged', async () => {
      const lines: unknown[] = [];
      const { channel } = await serve({
        log: {
          ...silentLogger,
          error: (message, fields) => lines.push([message, fields?.['method'], fields?.['error']]),
        },
        unary: () => Promise.reject(new TypeError('x is not a function')),
        stream: () => {
          throw new TypeError('y is not a function');
        },
      });
      const internal = { status: 'INTERNAL' };
      await expect(channel.unary(UNARY, NOTHING)).rejects.toMatchObject({
        ...internal,
        message: 'x is not a function',
      });
      await expect(channel.stream(STREAM, NOTHING).next()).rejects.toMatchObject({
        ...internal,
        message: 'y is not a function',
      });
      expect(lines).toEqual([
        ['an RPC handler failed', UNARY, 'x is not a function'],
        ['an RPC handler failed', STREAM, 'y is not a function'],
      ]);
    });

    test('a message that headers cannot carry is mended and cut, and the status still arrives', async () => {
      const { channel } = await serve({
        unary: () => Promise.reject(new RpcError('NOT_FOUND', `\ud800${'€'.repeat(100_000)}`)),
      });
      await expect(channel.unary(UNARY, NOTHING)).rejects.toMatchObject({
        status: 'NOT_FOUND',
        message: `\ufffd${'€'.repeat(4095)}`,
      });
    });

    test('a method that nobody serves is UNIMPLEMENTED', async () => {
      const { channel } = await serve({});
      await expect(channel.unary(UNARY, NOTHING)).rejects.toMatchObject({ status: 'UNIMPLEMENTED' });
      await expect(channel.stream(STREAM, NOTHING).next()).rejects.toMatchObject({ status: 'UNIMPLEMENTED' });
    });

    test('a message above the limit is RESOURCE_EXHAUSTED, in either direction', async () => {
      const limits = { listen: { maxReceiveBytes: 100 }, connect: { maxReceiveBytes: 50 } };
      const { channel } = await serve({ unary: ([size = 0]) => Promise.resolve(new Uint8Array(size)), ...limits });
      const exhausted = { status: 'RESOURCE_EXHAUSTED' };
      expect(await channel.unary(UNARY, new Uint8Array(100))).toHaveLength(0);
      await expect(channel.unary(UNARY, new Uint8Array(101))).rejects.toMatchObject(exhausted);
      expect(await channel.unary(UNARY, Uint8Array.of(50))).toHaveLength(50);
      await expect(channel.unary(UNARY, Uint8Array.of(51))).rejects.toMatchObject(exhausted);
    });
  });

  describe('a caller that gives up', () => {
    test('by its signal', async () => {
      const calls: ServerCall[] = [];
      const controller = new AbortController();
      const reason = new Error('enough');
      const { channel } = await serve({
        unary: async (_request, call) => {
          calls.push(call);
          controller.abort(reason);
          await aborted(call);
          return NOTHING;
        },
      });
      const failed = channel.unary(UNARY, NOTHING, { signal: controller.signal });
      await expect(failed).rejects.toMatchObject({ status: 'CANCELLED', cause: reason });
      const [call] = calls;
      if (call === undefined) throw new Error('the handler was not called');
      await aborted(call);
      expect(call.signal.reason).toMatchObject({ status: 'CANCELLED' });
      await expect(channel.unary(UNARY, NOTHING, { signal: controller.signal })).rejects.toThrow('enough');
      await expect(channel.stream(STREAM, NOTHING, { signal: controller.signal }).next()).rejects.toThrow('enough');
      expect(calls).toHaveLength(1);
    });

    test('by cancelling its stream: the sender stops waiting', async () => {
      const stopped = Promise.withResolvers<boolean>();
      const { channel } = await serve({
        stream: async (_request, call, sink) => {
          while (!call.signal.aborted) await sink.write(new Uint8Array(10_000));
          stopped.resolve(call.signal.aborted);
        },
      });
      const stream = channel.stream(STREAM, NOTHING);
      expect(await stream.next()).toHaveLength(10_000);
      stream.cancel();
      stream.cancel();
      expect(await stopped.promise).toBe(true);
      await expect(stream.next()).rejects.toMatchObject({ status: 'CANCELLED' });
    });

    test('by its deadline', async () => {
      const calls: ServerCall[] = [];
      const { channel } = await serve({
        unary: async (_request, call) => {
          calls.push(call);
          await aborted(call);
          return NOTHING;
        },
      });
      // A busy machine may take longer than the first of them until the handler is called.
      let timeout = 20;
      for (; calls.length === 0; timeout *= 2) {
        const failed = channel.unary(UNARY, NOTHING, { timeout });
        await expect(failed).rejects.toMatchObject({ status: 'DEADLINE_EXCEEDED' });
      }
      for (const call of calls) {
        expect(call.timeLeft).toBeGreaterThanOrEqual(0);
        expect(call.timeLeft).toBeLessThanOrEqual(timeout);
        await aborted(call);
      }
    });

    test('a deadline that no timer can hold is none', async () => {
      const { channel } = await serve({ unary: (_request, call) => Promise.resolve(Buffer.from(`${call.timeLeft}`)) });
      const answer = await channel.unary(UNARY, NOTHING, { timeout: 2 ** 40 });
      expect(Buffer.from(answer).toString()).toBe('undefined');
    });

    test('by closing its channel: open calls end, later ones are refused, the connection closes', async () => {
      const called = Promise.withResolvers<ServerCall>();
      const { channel, listener } = await serve({
        stream: (_request, call) => {
          called.resolve(call);
          return aborted(call);
        },
      });
      const pull = channel.stream(STREAM, NOTHING).next();
      const call = await called.promise;
      channel.close();
      channel.close();
      await expect(pull).rejects.toMatchObject({ status: 'CANCELLED' });
      await aborted(call);
      await expect(channel.unary(UNARY, NOTHING)).rejects.toMatchObject({ status: 'CANCELLED' });
      await expect(channel.stream(STREAM, NOTHING).next()).rejects.toMatchObject({ status: 'CANCELLED' });
      await listener.close(2 ** 30);
    });
  });

  describe('back-pressure', () => {
    // 64 messages wait in the sink, 64 KiB in the connection's window, a frame's worth at the client.
    const BOUND = 250;

    test('a slow reader holds the sender back', async () => {
      let written = 0;
      let read = 0;
      let most = 0;
      const { channel } = await serve({
        stream: async (_request, _call, sink) => {
          const message = new Uint8Array(1000);
          for (let index = 0; index < 10_000; index += 1) {
            written += 1;
            most = Math.max(most, written - read);
            const full = sink.write(message);
            if (full !== undefined) await full;
          }
        },
      });
      const stream = channel.stream(STREAM, NOTHING);
      while ((await stream.next()) !== undefined) {
        read += 1;
        if (read % 2 === 0) await turn();
      }
      expect(read).toBe(10_000);
      expect(most).toBeGreaterThan(1);
      expect(most).toBeLessThan(BOUND);
    });

    test('large messages are bounded in bytes', async () => {
      let written = 0;
      let most = 0;
      let read = 0;
      const { channel } = await serve({
        stream: async (_request, _call, sink) => {
          for (let index = 0; index < 200; index += 1) {
            written += 1;
            most = Math.max(most, written - read);
            await sink.write(new Uint8Array(100_000));
          }
        },
      });
      const stream = channel.stream(STREAM, NOTHING);
      while ((await stream.next()) !== undefined) {
        read += 1;
        await turn();
      }
      expect(read).toBe(200);
      expect(most).toBeLessThan(10);
    });

    test('a stream that nobody reads takes no more than the window', async () => {
      let written = 0;
      const full = Promise.withResolvers<void>();
      const { channel } = await serve({
        stream: async (_request, call, sink) => {
          while (!call.signal.aborted && written < 10_000) {
            written += 1;
            const wait = sink.write(new Uint8Array(1000));
            if (wait !== undefined) full.resolve();
            await wait;
          }
        },
      });
      channel.stream(STREAM, NOTHING);
      await full.promise;
      // Other calls get through meanwhile, and give the sender many turns in which it must not move on.
      for (let index = 0; index < 100; index += 1) await channel.unary('/t.T/None', NOTHING).catch(() => undefined);
      expect(written).toBeLessThan(BOUND);
    });
  });

  test('a channel connects again by itself', async () => {
    const first = await serve({ unary: () => Promise.resolve(Uint8Array.of(1)) });
    expect(await first.channel.unary(UNARY, NOTHING)).toEqual(Uint8Array.of(1));
    const { address } = first.listener;
    await first.listener.close();
    await expect(first.channel.unary(UNARY, NOTHING)).rejects.toMatchObject({ status: 'UNAVAILABLE' });
    const again = await grpcRpc(silentLogger).listen({ address }, [
      { name: 't.T', unary: new Map([[UNARY, () => Promise.resolve(Uint8Array.of(2))]]), streams: new Map() },
    ]);
    ended.push(() => again.close(0));
    let answer: Uint8Array | undefined;
    while (answer === undefined) {
      answer = await first.channel.unary(UNARY, NOTHING).catch((thrown: unknown) => {
        expect(thrown).toMatchObject({ status: 'UNAVAILABLE' });
        return undefined;
      });
      await turn();
    }
    expect(answer).toEqual(Uint8Array.of(2));
  });
});

function aborted({ signal }: ServerCall): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
