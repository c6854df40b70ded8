import { Client, credentials } from '@grpc/grpc-js';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { silentLogger } from '../../host/logger.ts';
import { RpcError } from '../rpc-error.ts';
import type { DialogHandler } from '../rpc.ts';
import { grpcRpc } from './grpc-rpc.ts';

const DIALOG = '/t.T/Dialog';
const same = (bytes: Buffer): Buffer => bytes;

async function serve(dialog: DialogHandler) {
  const service = { name: 't.T', unary: new Map(), streams: new Map(), dialogs: new Map([[DIALOG, dialog]]) };
  const listener = await grpcRpc(silentLogger).listen({ address: '127.0.0.1:0' }, [service]);
  const client = new Client(listener.address, credentials.createInsecure());
  onTestFinished(async () => {
    client.close();
    await listener.close(0);
  });
  return client.makeBidiStreamRequest(DIALOG, same, same);
}

test('requests and answers go back and forth in one call', async () => {
  const call = await serve(async (requests, _call, sink) => {
    for await (const [first = 0] of requests) await sink.write(Uint8Array.of(first + 1));
  });
  for (const number of [1, 5, 9]) {
    call.write(Buffer.of(number));
    expect(await once(call, 'data')).toEqual([Buffer.of(number + 1)]);
  }
  call.end();
  call.resume();
  expect(await once(call, 'status')).toMatchObject([{ code: 0 }]);
});

test('a client that goes away ends the handler', async () => {
  const ended = Promise.withResolvers<string>();
  const call = await serve(async (requests, _call, sink) => {
    for await (const request of requests) await sink.write(request);
    ended.resolve('ended');
  });
  call.on('error', () => undefined);
  call.write(Buffer.of(1));
  await once(call, 'data');
  call.cancel();
  expect(await ended.promise).toBe('ended');
});

test('a handler may refuse in the midst of it', async () => {
  const call = await serve(async (requests) => {
    for await (const [first] of requests) throw new RpcError('INVALID_ARGUMENT', `not ${first}`);
  });
  call.write(Buffer.of(7));
  call.resume();
  const [error] = (await once(call, 'error').catch((thrown: unknown) => [thrown])) as [Error];
  expect(error).toMatchObject({ code: 3, details: 'not 7' });
});
