import { connect, type ClientHttp2Session } from 'node:http2';
import { create, toBinary } from '@bufbuild/protobuf';
import { Bytes, realHost, type RpcChannel, type RpcListener } from '@cosi-ts/core';
import { newMetadata } from '@cosi-ts/resources';
import { fc, test as property } from '@fast-check/vitest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ListRequestSchema } from '../../gen/cosi/resource/state_pb.ts';
import { MemoryState } from '../../state/memory-state.ts';
import { remoteState } from '../client/remote-state.ts';
import { methodOf } from '../methods.ts';
import { machineService } from '../node/machine-service.ts';
import { EncodeCache } from '../wire/encode-cache.ts';
import { apiServices } from './api-services.ts';
import { stateService } from './state-service.ts';

const host = realHost();
const types = { find: () => undefined };
const pointer = { namespace: 'n', type: 'T', id: 'x' };

let listener: RpcListener;
let session: ClientHttp2Session;
let channel: RpcChannel;
let methods: string[];
const failures: unknown[] = [];

beforeAll(async () => {
  const state = new MemoryState({ clock: host.clock, random: host.random, types });
  const log = { ...host.log, error: (...failure: unknown[]) => void failures.push(failure) };
  const own = [
    stateService(state, { types, encodings: new EncodeCache(), pace: host.pace }),
    machineService({ tag: 'v1' }),
  ];
  const services = apiServices(own, { rolesOf: () => ['os:admin'] });
  methods = services.flatMap(({ unary, streams, dialogs }) => [
    ...unary.keys(),
    ...streams.keys(),
    ...(dialogs?.keys() ?? []),
  ]);
  listener = await realHost({ log }).rpc.listen({ address: '127.0.0.1:0' }, services);
  session = connect(`http://${listener.address}`);
  session.on('error', (error) => failures.push(error));
  channel = host.rpc.connect({ address: listener.address });
});

afterAll(async () => {
  session.destroy();
  channel.close();
  await listener.close(0);
});

/** Whoever is polite is answered all the while. */
async function serves(): Promise<void> {
  expect(failures).toEqual([]);
  await expect(remoteState(channel, { types }).get(pointer)).rejects.toThrow("doesn't exist");
}

/** Sends whatever bytes as the body of a call, and gives up when there is an answer, or the stream stands. */
function send(method: string, body: Uint8Array, headers: Readonly<Record<string, string>> = {}): Promise<void> {
  return new Promise((resolve) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': method,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    });
    const end = (): void => {
      stream.close();
      resolve();
    };
    stream.on('response', end).on('error', end).on('close', end);
    stream.end(body);
  });
}

const frame = (length: number, body: Uint8Array, flag = 0): Uint8Array => {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt8(flag);
  prefix.writeUInt32BE(length >>> 0, 1);
  return Buffer.concat([prefix, body]);
};

describe('no request ends the process, or stalls it', () => {
  property.prop([fc.nat(), fc.uint8Array({ maxLength: 200 })])('of any bytes', async (which, bytes) => {
    await send(methods[which % methods.length] ?? '', frame(bytes.length, bytes));
    await serves();
  });

  property.prop([fc.nat(), fc.uint8Array({ maxLength: 50 }), fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.nat(255)])(
    'with a forged prefix',
    async (which, bytes, length, flag) => {
      await send(methods[which % methods.length] ?? '', frame(length, bytes, flag));
      await send(methods[which % methods.length] ?? '', bytes);
      await serves();
    },
  );

  property.prop([
    fc.stringMatching(/^\/[!-~]{0,40}$/),
    fc.constantFrom('application/grpc', 'text/html', 'application/grpc+json'),
  ])('to nobody, or of another kind', async (method, type) => {
    await send(method, frame(0, new Uint8Array(0)), { 'content-type': type });
    await serves();
  });

  test('that is opened and given up, over and over', async () => {
    for (let round = 0; round < 300; round += 1) {
      const stream = session.request({
        ':method': 'POST',
        ':path': methodOf('Watch'),
        'content-type': 'application/grpc',
      });
      stream.on('error', () => undefined);
      stream.write(frame(0, new Uint8Array(0)));
      stream.close();
    }
    await serves();
  });

  test('that is larger than what is taken, by one byte, or by its own word', async () => {
    const limit = 4 * 1024 * 1024;
    for (const length of [limit, limit + 1]) {
      await send(methodOf('Get'), frame(length, new Uint8Array(length)));
      await serves();
    }
    await send(methodOf('Get'), frame(2 ** 32 - 1, new Uint8Array(10)));
    await serves();
  });

  test('whose query is made to take long', async () => {
    const terms = Array.from({ length: 20_000 }, () => ({ key: 'k' }));
    const options = { labelQuery: [{ terms }] };
    const huge = create(ListRequestSchema, { namespace: 'n', type: 'T', options });
    await expect(channel.stream(methodOf('List'), toBinary(ListRequestSchema, huge)).next()).rejects.toMatchObject({
      status: 'INVALID_ARGUMENT',
      message: 'a label query has at most 10000 terms and values',
    });
    const regexp = '(((a{100}){100}){100})*$';
    const evil = create(ListRequestSchema, { namespace: 'n', type: 'T', options: { idQuery: { regexp } } });
    await expect(channel.stream(methodOf('List'), toBinary(ListRequestSchema, evil)).next()).rejects.toMatchObject({
      status: 'INVALID_ARGUMENT',
    });
  });

  test('that writes more than can be told', async () => {
    const state = remoteState(host.rpc.connect({ address: listener.address }), { types });
    const yaml = 'x'.repeat(1.5 * 1024 * 1024);
    const written = (text: string) => ({ metadata: newMetadata(pointer), spec: { proto: Bytes.empty, yaml: text } });
    await expect(state.create(written(`${yaml}x`))).rejects.toMatchObject({
      status: 'RESOURCE_EXHAUSTED',
      message: 'a spec has at most 1572864 bytes, this one has 1572865',
    });
    const watch = await state.watchKind(pointer);
    const { metadata } = await state.create(written(yaml));
    await state.update({ ...written(yaml), metadata });
    expect((await watch.next())?.length).toBeGreaterThan(0);
    expect(((await watch.next()) ?? []).map(({ type }) => type)).toEqual(['updated']);
    watch.close();
    await state.destroy(pointer);
  });
});
