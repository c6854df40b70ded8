import assert from 'node:assert/strict';
import { RpcError, RpcStatus, type Rpc, type RpcStatusName } from '@cosi-ts/core';
import { casesOf, type ConformanceCase } from './case.ts';
import { aborted, NOTHING, serving, statusOfSignal, STREAM, UNARY, type Serve } from './rpc-serving.ts';

/** A network to try: two processes on it, and an address where the first may listen, with port 0. */
export interface RpcSubject {
  readonly server: Rpc;
  readonly client: Rpc;
  readonly address: string;
}

/**
 * What everything above the RPC seam relies on, whatever carries it.
 * @param withSubject makes a network, runs the body on it, and clears it away.
 */
export function rpcConformance(
  withSubject: (body: (subject: RpcSubject) => Promise<void>) => Promise<void>,
): readonly ConformanceCase[] {
  return casesOf(RULES, (rule) => withSubject((subject) => serving(subject, (serve) => rule(serve, subject))));
}

type Rule = (serve: Serve, subject: RpcSubject) => Promise<void>;

const STATUSES = Object.keys(RpcStatus).filter((name) => name !== 'OK') as RpcStatusName[];

const RULES: Readonly<Record<string, Rule>> = {
  async 'a unary call carries bytes both ways'(serve) {
    const { channel } = await serve({ unary: (request) => Promise.resolve(request) });
    for (const size of [0, 1, 300, 100_000]) {
      const bytes = new Uint8Array(size).fill(size % 251);
      assert.deepEqual(await channel.unary(UNARY, bytes), bytes);
    }
  },

  async 'calls on one channel do not wait for each other'(serve) {
    const gate = Promise.withResolvers<void>();
    const { channel } = await serve({
      unary: async (request) => {
        if (request[0] === 1) await gate.promise;
        else gate.resolve();
        return request;
      },
    });
    const answers = await Promise.all([channel.unary(UNARY, Uint8Array.of(1)), channel.unary(UNARY, Uint8Array.of(2))]);
    assert.deepEqual(answers, [Uint8Array.of(1), Uint8Array.of(2)]);
  },

  async 'a stream ends cleanly after its last message, however often it is pulled then'(serve) {
    const { channel } = await serve({
      stream: async ([count = 0], _call, sink) => {
        for (let index = 0; index < count; index += 1) await sink.write(Uint8Array.of(index));
      },
    });
    for (const count of [0, 3]) {
      const stream = channel.stream(STREAM, Uint8Array.of(count));
      for (let index = 0; index < count; index += 1) assert.deepEqual(await stream.next(), Uint8Array.of(index));
      assert.equal(await stream.next(), undefined);
      assert.equal(await stream.next(), undefined);
    }
  },

  async 'a stream is pulled once at a time'(serve) {
    const { channel } = await serve({ stream: (_request, call) => aborted(call) });
    const stream = channel.stream(STREAM, NOTHING);
    const first = assert.rejects(stream.next(), { status: 'CANCELLED' });
    await assert.rejects(stream.next(), /once at a time/);
    stream.cancel();
    await first;
  },

  async 'a handler sees method, peer, metadata and no deadline where there is none'(serve) {
    const { channel, calls } = await serve({ unary: (request) => Promise.resolve(request) });
    await channel.unary(UNARY, NOTHING, { metadata: { 'X-One': 'a', two: ['b', 'c'], 'raw-bin': 'AAEC' } });
    const [call] = calls;
    assert.equal(call?.method, UNARY);
    assert.match(call.peer, /^\d+\.\d+\.\d+\.\d+:\d+$/);
    assert.deepEqual(call.metadata.get('x-one'), ['a']);
    assert.equal(call.metadata.get('two')?.join(', '), 'b, c');
    assert.deepEqual(call.metadata.get('raw-bin'), ['AAEC']);
    assert.equal(call.timeLeft, undefined);
    assert.equal(call.organizations, undefined);
  },

  async 'metadata that HTTP cannot carry is INVALID_ARGUMENT'(serve) {
    const { channel } = await serve({});
    await assert.rejects(channel.unary(UNARY, NOTHING, { metadata: { a: 'ü\n' } }), { status: 'INVALID_ARGUMENT' });
  },

  async 'every status passes, after the messages that were sent before it'(serve) {
    for (const status of STATUSES) {
      const { channel } = await serve({
        unary: () => Promise.reject(new RpcError(status, 'ü 100%\nbecause')),
        stream: async (_request, _call, sink) => {
          await sink.write(Uint8Array.of(1));
          throw new RpcError(status, 'ü 100%\nbecause');
        },
      });
      const expected = { status, message: 'ü 100%\nbecause' };
      await assert.rejects(channel.unary(UNARY, NOTHING), expected);
      const stream = channel.stream(STREAM, NOTHING);
      assert.deepEqual(await stream.next(), Uint8Array.of(1));
      await assert.rejects(stream.next(), expected);
      await assert.rejects(stream.next(), expected);
    }
  },

  async 'anything else that a handler throws is INTERNAL'(serve) {
    const { channel } = await serve({
      unary: () => Promise.reject(new TypeError('x is not a function')),
      stream: () => {
        throw new TypeError('y is not a function');
      },
    });
    await assert.rejects(channel.unary(UNARY, NOTHING), { status: 'INTERNAL', message: 'x is not a function' });
    const pull = channel.stream(STREAM, NOTHING).next();
    await assert.rejects(pull, { status: 'INTERNAL', message: 'y is not a function' });
  },

  async 'a method that nobody serves is UNIMPLEMENTED'(serve) {
    const { channel } = await serve({});
    await assert.rejects(channel.unary(UNARY, NOTHING), { status: 'UNIMPLEMENTED' });
    await assert.rejects(channel.stream(STREAM, NOTHING).next(), { status: 'UNIMPLEMENTED' });
  },

  async 'a message above the limit is RESOURCE_EXHAUSTED, in either direction'(serve) {
    const { channel } = await serve({
      unary: ([size = 0]) => Promise.resolve(new Uint8Array(size)),
      listen: { maxReceiveBytes: 100 },
      connect: { maxReceiveBytes: 50 },
    });
    assert.equal((await channel.unary(UNARY, new Uint8Array(100))).length, 0);
    await assert.rejects(channel.unary(UNARY, new Uint8Array(101)), { status: 'RESOURCE_EXHAUSTED' });
    assert.equal((await channel.unary(UNARY, Uint8Array.of(50))).length, 50);
    await assert.rejects(channel.unary(UNARY, Uint8Array.of(51)), { status: 'RESOURCE_EXHAUSTED' });
  },

  async 'a caller gives up by its signal, and the handler hears of it'(serve) {
    const controller = new AbortController();
    const reason = new Error('enough');
    const { channel, calls } = await serve({
      unary: async (_request, call) => {
        controller.abort(reason);
        await aborted(call);
        return NOTHING;
      },
    });
    const { signal } = controller;
    await assert.rejects(channel.unary(UNARY, NOTHING, { signal }), { status: 'CANCELLED', cause: reason });
    const [call] = calls;
    assert.ok(call);
    await aborted(call);
    assert.equal(statusOfSignal(call), 'CANCELLED');
    await assert.rejects(channel.unary(UNARY, NOTHING, { signal }), { status: 'CANCELLED', cause: reason });
    await assert.rejects(channel.stream(STREAM, NOTHING, { signal }).next(), { status: 'CANCELLED', cause: reason });
    assert.equal(calls.length, 1);
  },

  async 'a cancelled stream lets go of a sender that waits'(serve) {
    const stopped = Promise.withResolvers<void>();
    const { channel } = await serve({
      stream: async (_request, call, sink) => {
        while (!call.signal.aborted) await sink.write(new Uint8Array(10_000));
        stopped.resolve();
      },
    });
    const stream = channel.stream(STREAM, NOTHING);
    assert.equal((await stream.next())?.length, 10_000);
    stream.cancel();
    stream.cancel();
    await stopped.promise;
    await assert.rejects(stream.next(), { status: 'CANCELLED' });
  },

  async 'a call that outlives its deadline is DEADLINE_EXCEEDED, and the handler hears of it'(serve) {
    const { channel, calls, called } = await serve({
      unary: async (_request, call) => {
        await aborted(call);
        return NOTHING;
      },
    });
    await channel.unary('/t.T/Connect', NOTHING).catch(() => undefined);
    await assert.rejects(channel.unary(UNARY, NOTHING, { timeout: 50 }), { status: 'DEADLINE_EXCEEDED' });
    await called;
    const [call] = calls;
    assert.ok(call?.timeLeft !== undefined && call.timeLeft >= 0 && call.timeLeft <= 50);
    await aborted(call);
  },

  async 'closing a channel ends its calls and refuses later ones'(serve) {
    const { channel, calls, called } = await serve({ stream: (_request, call) => aborted(call) });
    const pull = assert.rejects(channel.stream(STREAM, NOTHING).next(), { status: 'CANCELLED' });
    await called;
    assert.equal(channel.isClosed, false);
    channel.close();
    channel.close();
    assert.equal(channel.isClosed, true);
    await pull;
    for (const call of calls) await aborted(call);
    await assert.rejects(channel.unary(UNARY, NOTHING), { status: 'CANCELLED' });
    await assert.rejects(channel.stream(STREAM, NOTHING).next(), { status: 'CANCELLED' });
  },

  async 'a slow reader holds the sender back, and misses nothing'(serve) {
    let written = 0;
    let most = 0;
    let read = 0;
    const { channel } = await serve({
      unary: (request) => Promise.resolve(request),
      stream: async (_request, _call, sink) => {
        for (; written < 2_000; written += 1) {
          most = Math.max(most, written - read);
          await sink.write(new Uint8Array(1_000).fill(written % 256));
        }
      },
    });
    const stream = channel.stream(STREAM, NOTHING);
    for (let message = await stream.next(); message !== undefined; message = await stream.next()) {
      assert.equal(message[0], read % 256);
      read += 1;
      if (read % 100 === 0) await channel.unary(UNARY, NOTHING);
    }
    assert.equal(read, 2_000);
    assert.ok(most < 300, `${most} messages were under way`);
  },

  async 'a stream that nobody reads takes no more than a window'(serve) {
    let written = 0;
    const full = Promise.withResolvers<void>();
    const { channel } = await serve({
      unary: (request) => Promise.resolve(request),
      stream: async (_request, call, sink) => {
        for (; !call.signal.aborted && written < 10_000; written += 1) {
          const wait = sink.write(new Uint8Array(1_000));
          if (wait !== undefined) full.resolve();
          await wait;
        }
      },
    });
    channel.stream(STREAM, NOTHING);
    await full.promise;
    for (let index = 0; index < 50; index += 1) await channel.unary(UNARY, NOTHING);
    assert.ok(written < 300, `${written} messages were taken`);
  },

  async 'a closing listener asks its handlers to end, and callers hear their last words'(serve) {
    const { channel, listener, calls, called } = await serve({
      stream: async (_request, call, sink) => {
        await aborted(call);
        await sink.write(Uint8Array.of(2));
      },
    });
    const stream = channel.stream(STREAM, NOTHING);
    await called;
    const closed = listener.close(60_000);
    assert.deepEqual(calls.map(statusOfSignal), ['UNAVAILABLE']);
    assert.deepEqual(await stream.next(), Uint8Array.of(2));
    assert.equal(await stream.next(), undefined);
    await closed;
    await assert.rejects(channel.unary(UNARY, NOTHING), { status: 'UNAVAILABLE' });
  },

  async 'a handler that throws the reason of its signal says that the server is stopping'(serve) {
    const { channel, listener, called } = await serve({
      stream: async (_request, call) => {
        await aborted(call);
        call.signal.throwIfAborted();
      },
    });
    const pull = assert.rejects(channel.stream(STREAM, NOTHING).next(), { status: 'UNAVAILABLE' });
    await called;
    await listener.close(60_000);
    await pull;
  },

  async 'a handler that does not listen is cut after the grace'(serve) {
    const { channel, listener, called } = await serve({ stream: () => new Promise<void>(() => undefined) });
    const pull = assert.rejects(channel.stream(STREAM, NOTHING).next(), { status: 'UNAVAILABLE' });
    await called;
    await listener.close(1);
    await pull;
  },

  async 'a destroyed listener cuts its callers off, and its handlers hear nothing'(serve) {
    const heard: string[] = [];
    const { channel, listener, called } = await serve({
      stream: async (_request, call) => {
        call.signal.addEventListener('abort', () => heard.push('abort'));
        await new Promise(() => undefined);
      },
    });
    const pull = assert.rejects(channel.stream(STREAM, NOTHING).next(), { status: 'UNAVAILABLE' });
    await called;
    listener.destroy();
    listener.destroy();
    await pull;
    assert.deepEqual(heard, []);
  },

  async 'an address that is taken is UNAVAILABLE, one that is none INVALID_ARGUMENT'(serve, { server, client }) {
    const { listener } = await serve({});
    await assert.rejects(server.listen({ address: listener.address }, []), { status: 'UNAVAILABLE' });
    await assert.rejects(server.listen({ address: 'localhost' }, []), { status: 'INVALID_ARGUMENT' });
    assert.throws(() => client.connect({ address: 'localhost' }), { status: 'INVALID_ARGUMENT' });
  },

  async 'where nobody listens, a call is UNAVAILABLE'(serve, { client }) {
    const { listener } = await serve({});
    await listener.close();
    const channel = client.connect({ address: listener.address });
    await assert.rejects(channel.unary(UNARY, NOTHING), { status: 'UNAVAILABLE' });
    await assert.rejects(channel.stream(STREAM, NOTHING).next(), { status: 'UNAVAILABLE' });
    channel.close();
  },

  async 'a channel connects again by itself'(serve) {
    const { channel, listener } = await serve({ unary: () => Promise.resolve(Uint8Array.of(1)) });
    assert.deepEqual(await channel.unary(UNARY, NOTHING), Uint8Array.of(1));
    await listener.close();
    await serve({ unary: () => Promise.resolve(Uint8Array.of(2)), address: listener.address });
    for (;;) {
      const answer = await channel.unary(UNARY, NOTHING).catch((thrown: unknown) => {
        assert.equal((thrown as { status?: unknown }).status, 'UNAVAILABLE');
      });
      if (answer === undefined) continue;
      assert.deepEqual(answer, Uint8Array.of(2));
      return;
    }
  },

  async 'two services cannot offer one method'(_serve, { server, address }) {
    const service = { name: 't.T', unary: new Map(), streams: new Map([[STREAM, () => Promise.resolve()]]) };
    await assert.rejects(server.listen({ address }, [service, service]), /two services offer \/t\.T\/Stream/);
  },
};
