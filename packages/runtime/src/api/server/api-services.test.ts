import { create, fromBinary, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { aborted, realHost, type RpcService, type ServerCall } from '@cosi-ts/core';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  HealthCheckRequestSchema,
  HealthCheckResponse_ServingStatus as Status,
  HealthCheckResponseSchema,
} from '../../gen/grpc/health/v1/health_pb.ts';
import {
  ServerReflectionRequestSchema,
  ServerReflectionResponseSchema,
} from '../../gen/grpc/reflection/v1/reflection_pb.ts';
import { apiServices } from './api-services.ts';
import { HEALTH_CHECK_METHOD, HEALTH_WATCH_METHOD } from './health-service.ts';
import { REFLECTION_METHOD } from './reflection-service.ts';

const WATCH = '/cosi.resource.State/Watch';
const host = realHost();
const state: RpcService = {
  name: 'cosi.resource.State',
  unary: new Map(),
  streams: new Map([[WATCH, (_request, { signal }) => aborted(signal)]]),
};

describe('health', () => {
  const check = (service: string) => toBinary(HealthCheckRequestSchema, create(HealthCheckRequestSchema, { service }));
  const statusOf = (bytes: Uint8Array | undefined) =>
    fromBinary(HealthCheckResponseSchema, bytes ?? new Uint8Array(0)).status;

  test('of the server and of each service it has, asked once or watched', async () => {
    const listener = await host.rpc.listen({ address: '127.0.0.1:0' }, apiServices([state], { rolesOf: asReader }));
    const channel = host.rpc.connect({ address: listener.address });
    onTestFinished(() => channel.close());
    for (const service of ['', 'cosi.resource.State', 'grpc.health.v1.Health']) {
      expect(statusOf(await channel.unary(HEALTH_CHECK_METHOD, check(service)))).toBe(Status.SERVING);
      expect(statusOf(await channel.stream(HEALTH_WATCH_METHOD, check(service)).next())).toBe(Status.SERVING);
    }
    await expect(channel.unary(HEALTH_CHECK_METHOD, check('x'))).rejects.toMatchObject({ status: 'NOT_FOUND' });
    const unknown = channel.stream(HEALTH_WATCH_METHOD, check('x'));
    expect(statusOf(await unknown.next())).toBe(Status.SERVICE_UNKNOWN);
    await listener.close(100);
    await expect(unknown.next()).rejects.toMatchObject({ status: 'UNAVAILABLE' });
  });
});

describe('reflection', () => {
  type Asked = NonNullable<MessageInitShape<typeof ServerReflectionRequestSchema>['messageRequest']>;

  const ask = async (...asked: readonly Asked[]) => {
    const dialog = find('dialogs', REFLECTION_METHOD, apiServices([state], { rolesOf: asReader }));
    const answers: Uint8Array[] = [];
    const requests = asked.map((messageRequest) =>
      toBinary(ServerReflectionRequestSchema, create(ServerReflectionRequestSchema, { messageRequest })),
    );
    const write = (message: Uint8Array): undefined => void answers.push(message);
    await dialog(
      (async function* () {
        yield* requests;
      })(),
      callOf(REFLECTION_METHOD),
      { write, writePart: write },
    );
    return answers.map((bytes) => fromBinary(ServerReflectionResponseSchema, bytes).messageResponse);
  };

  test('lists what there is, and describes each service with all that it needs', async () => {
    const [list] = await ask({ case: 'listServices', value: '*' });
    const names = list?.case === 'listServicesResponse' ? list.value.service.map(({ name }) => name) : [];
    expect(names).toEqual(['cosi.resource.State', 'grpc.health.v1.Health', 'grpc.reflection.v1.ServerReflection']);
    const answers = await ask(...names.map((value) => ({ case: 'fileContainingSymbol', value }) as const));
    for (const answer of answers) {
      const files = answer.case === 'fileDescriptorResponse' ? answer.value.fileDescriptorProto : [];
      const described = files.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes));
      const has = new Set(described.map(({ name }) => name));
      expect(described.length).toBeGreaterThan(0);
      expect(described.flatMap(({ dependency }) => dependency).filter((name) => !has.has(name))).toEqual([]);
    }
    const [file] = await ask({ case: 'fileByFilename', value: 'cosi/resource/state.proto' });
    expect(file?.case).toBe('fileDescriptorResponse');
  });

  test('says what it does not have', async () => {
    const answers = await ask(
      { case: 'fileContainingSymbol', value: 'x.Y' },
      { case: 'fileByFilename', value: 'x.proto' },
      { case: 'allExtensionNumbersOfType', value: 'x.Y' },
    );
    expect(answers.map(({ case: kind }) => kind)).toEqual(['errorResponse', 'errorResponse', 'errorResponse']);
  });
});

test('one caller has no more streams open than are good for all, on whatever connection', async () => {
  const services = apiServices([state], { rolesOf: asReader, maxStreams: 2 });
  const watch = find('streams', WATCH, services);
  const ending = new AbortController();
  const open = (fingerprint: string | undefined, signal = ending.signal) =>
    watch(
      new Uint8Array(0),
      { ...callOf(WATCH), fingerprint, signal },
      { write: () => undefined, writePart: () => undefined },
    );
  const leaving = new AbortController();
  const streams = [open('a'), open('a', leaving.signal), open('b'), open(undefined), open(undefined)];
  const refused = { status: 'RESOURCE_EXHAUSTED', message: 'at most 2 streams may be open at a time' };
  await expect(open('a')).rejects.toMatchObject(refused);
  await expect(open(undefined)).rejects.toMatchObject(refused);
  streams.push(open('b'));
  leaving.abort();
  await streams[1];
  streams.push(open('a'));
  await expect(open('a')).rejects.toMatchObject(refused);
  ending.abort();
  await Promise.all(streams);
});

const asReader = (): readonly string[] => ['os:reader'];

function find<K extends 'streams' | 'dialogs'>(kind: K, method: string, services: readonly RpcService[]) {
  const handler = services.map((service) => service[kind]?.get(method)).find((found) => found !== undefined);
  if (handler === undefined) throw new Error(`nobody has ${method}`);
  return handler as NonNullable<ReturnType<NonNullable<RpcService[K]>['get']>>;
}

function callOf(method: string): ServerCall {
  const { signal } = new AbortController();
  return { method, peer: 'unix:', metadata: new Map(), timeLeft: undefined, organizations: undefined, signal };
}
