import { expect, onTestFinished, test } from 'vitest';
import { silentLogger } from '../../host/logger.ts';
import { aborted } from '../../errors/aborted.ts';
import type { RpcChannel } from '../rpc.ts';
import { grpcRpc } from './grpc-rpc.ts';

const STREAM = '/t.T/Stream';
const PEER = '/t.T/Peer';
const NOTHING = new Uint8Array(0);

/** A server that sends one message on each stream and never ends it, and says who asks. */
async function serve(message: Uint8Array): Promise<RpcChannel> {
  const rpc = grpcRpc(silentLogger);
  const listener = await rpc.listen({ address: '127.0.0.1:0' }, [
    {
      name: 't.T',
      unary: new Map([[PEER, (_request, call) => Buffer.from(call.peer)]]),
      streams: new Map([
        [
          STREAM,
          async (_request, { signal }, sink) => {
            // The second one goes nowhere: it is still there when the stream is given up.
            await sink.write(message);
            await sink.write(message);
            await aborted(signal);
          },
        ],
      ]),
    },
  ]);
  const channel = rpc.connect({ address: listener.address });
  onTestFinished(async () => {
    channel.close();
    await listener.close(0);
  });
  return channel;
}

const connection = async (channel: RpcChannel): Promise<string> =>
  String(Buffer.from(await channel.unary(PEER, NOTHING)));

test('a connection lives on, however many streams are given up at once', async () => {
  const channel = await serve(NOTHING);
  const first = await connection(channel);
  for (let round = 0; round < 3; round += 1) {
    const streams = Array.from({ length: 800 }, () => channel.stream(STREAM, NOTHING));
    await Promise.all(streams.map((stream) => stream.next()));
    for (const stream of streams) stream.cancel();
    // This is heard of behind them.
    expect(await connection(channel)).toBe(first);
  }
});

test('a connection lives on, however much was under way on streams that were given up', async () => {
  const message = new Uint8Array(3 * 1024 * 1024);
  const channel = await serve(message);
  const first = await connection(channel);
  for (let round = 0; round < 100; round += 1) {
    const stream = channel.stream(STREAM, NOTHING);
    await stream.next();
    stream.cancel();
  }
  expect(await connection(channel)).toBe(first);
});
