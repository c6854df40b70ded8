import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect as connectTcp, createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { silentLogger } from '../../host/logger.ts';
import { aborted } from '../../errors/aborted.ts';
import type { ListenOptions, RpcListener, ServerCall } from '../rpc.ts';
import { grpcRpc } from './grpc-rpc.ts';

const STREAM = '/t.T/Stream';
const NOTHING = new Uint8Array(0);
const rpc = grpcRpc(silentLogger);

/** A server of one stream that never ends, and the first call of it. */
async function serve(options: ListenOptions): Promise<{ listener: RpcListener; called: Promise<ServerCall> }> {
  const called = Promise.withResolvers<ServerCall>();
  const listen = async (_request: Uint8Array, call: ServerCall): Promise<void> => {
    called.resolve(call);
    await aborted(call.signal);
  };
  const service = { name: 't.T', unary: new Map(), streams: new Map([[STREAM, listen]]) };
  const listener = await rpc.listen({ address: '127.0.0.1:0' }, [service], options);
  onTestFinished(() => listener.close(0));
  return { listener, called: called.promise };
}

/** A way to a server that can be made to swallow everything, as a cable that is pulled does. */
async function cableTo(address: string): Promise<{ readonly address: string; pull(): void }> {
  const [host = '', port = ''] = address.split(':');
  const ends: Socket[] = [];
  const server = createServer((near) => {
    const far = connectTcp(Number(port), host);
    ends.push(near, far);
    for (const end of [near, far]) end.on('error', () => undefined);
    near.pipe(far).pipe(near);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    for (const end of ends) end.destroy();
    server.close();
  });
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    pull() {
      for (const end of ends) end.unpipe().pause();
    },
  };
}

const KEEPALIVE = { time: 40, timeout: 40 };

test('a client that went away without a word is noticed', async () => {
  const { listener, called } = await serve({ keepalive: KEEPALIVE });
  const cable = await cableTo(listener.address);
  const channel = rpc.connect({ address: cable.address });
  onTestFinished(() => channel.close());
  const stream = channel.stream(STREAM, NOTHING);
  stream.next().catch(() => undefined);
  const call = await called;
  cable.pull();
  await aborted(call.signal);
  expect(call.signal.reason).toMatchObject({ status: 'CANCELLED' });
});

test('a server that went away without a word is noticed', async () => {
  const { listener, called } = await serve({});
  const cable = await cableTo(listener.address);
  const channel = rpc.connect({ address: cable.address }, { keepalive: KEEPALIVE });
  onTestFinished(() => channel.close());
  const next = channel.stream(STREAM, NOTHING).next();
  await called;
  cable.pull();
  await expect(next).rejects.toMatchObject({ status: 'UNAVAILABLE' });
});

test.each([
  [{}, 1000],
  [{ maxConcurrentStreams: 5 }, 5],
])('a listener with %j lets a connection have %i streams at a time', async (options, streams) => {
  const { listener } = await serve(options);
  const session = connectHttp2(`http://${listener.address}`);
  onTestFinished(() => session.destroy());
  await once(session, 'remoteSettings');
  expect(session.remoteSettings.maxConcurrentStreams).toBe(streams);
});
