import { expect, onTestFinished, test } from 'vitest';
import { silentLogger } from '../../host/logger.ts';
import type { RpcService } from '../rpc.ts';
import { grpcRpc } from './grpc-rpc.ts';

const rpc = grpcRpc(silentLogger);

const service: RpcService = {
  name: 't.T',
  unary: new Map([['/t.T/Echo', (request) => Promise.resolve(request)]]),
  streams: new Map([
    [
      '/t.T/Count',
      async ([count = 0], _call, sink) => {
        for (let index = 0; index < count; index += 1) await sink.write(Uint8Array.of(index));
      },
    ],
  ]),
};

test('bytes go both ways, once and as a stream', async () => {
  const listener = await rpc.listen({ address: '127.0.0.1:0' }, [service]);
  const channel = rpc.connect({ address: listener.address });
  onTestFinished(() => listener.close());
  onTestFinished(() => channel.close());
  expect(await channel.unary('/t.T/Echo', Uint8Array.of(1, 2))).toEqual(Uint8Array.of(1, 2));
  const stream = channel.stream('/t.T/Count', Uint8Array.of(2));
  expect(await stream.next()).toEqual(Uint8Array.of(0));
  expect(await stream.next()).toEqual(Uint8Array.of(1));
  expect(await stream.next()).toBeUndefined();
});

test('an unknown method is UNIMPLEMENTED', async () => {
  const listener = await rpc.listen({ address: '127.0.0.1:0' }, [service]);
  const channel = rpc.connect({ address: listener.address });
  onTestFinished(() => listener.close());
  onTestFinished(() => channel.close());
  await expect(channel.unary('/t.T/Nope', new Uint8Array(0))).rejects.toMatchObject({ status: 'UNIMPLEMENTED' });
});
