import { create, fromBinary, toBinary, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import {
  codeOf,
  realHost,
  RpcError,
  type RpcService,
  type RpcStatusName,
  type RpcChannel,
  type ServerCall,
  type StreamHandler,
  type UnaryHandler,
} from '@cosi-ts/core';
import { Labels, Member, builtinTypes, type MemberSpec } from '@cosi-ts/resources';
import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { LabelTerm_Operation } from '../../gen/cosi/resource/resource_pb.ts';
import {
  CreateRequestSchema,
  DestroyRequestSchema,
  EventType,
  GetRequestSchema,
  GetResponseSchema,
  ListRequestSchema,
  TeardownAndDestroyRequestSchema,
  TeardownRequestSchema,
  TeardownResponseSchema,
  UpdateRequestSchema,
  WatchRequestSchema,
  WatchResponseSchema,
  type Event,
} from '../../gen/cosi/resource/state_pb.ts';
import { MemoryState } from '../../state/memory-state.ts';
import { methodOf, type Operation } from '../methods.ts';
import { EncodeCache } from '../wire/encode-cache.ts';
import { stateService } from './state-service.ts';

const host = realHost();
/** Work that takes no turn of the loop, so that the tests know when it is done. */
const pace = { yield: () => undefined };
const types = { find: (type: string) => builtinTypes.find((known) => known.type === type) };
const REQUESTS = {
  Get: GetRequestSchema,
  List: ListRequestSchema,
  Create: CreateRequestSchema,
  Update: UpdateRequestSchema,
  Destroy: DestroyRequestSchema,
  Watch: WatchRequestSchema,
  Teardown: TeardownRequestSchema,
  TeardownAndDestroy: TeardownAndDestroyRequestSchema,
};

let state: MemoryState;
let service: RpcService;

beforeEach(async () => {
  state = new MemoryState({
    clock: host.clock,
    random: host.random,
    types,
    history: { initialCapacity: 20, maxCapacity: 20, gap: 2 },
  });
  service = stateService(state, { types, encodings: new EncodeCache(), pace });
  await state.create(Member.create('plain', spec));
  await state.create(Member.create('owned', spec, { finalizers: ['f'] }), { owner: 'me' });
  await state.create(Member.create('held', spec, { finalizers: ['f', 'g'] }));
  await state.create(Member.create('leaving', spec, { phase: 'tearingDown' }), { owner: 'me' });
});

const spec: MemberSpec = { nodeId: '', addresses: [], hostname: 'h', machineType: 'worker', operatingSystem: '' };
const kind = { namespace: 'cluster', type: Member.type };
const named = (id: string) => ({ ...kind, id });

function call(signal = new AbortController().signal): ServerCall {
  return { method: '', peer: 'unix:', metadata: new Map(), timeLeft: undefined, organizations: undefined, signal };
}

let send = sendHere;

async function sendHere(operation: Operation, bytes: Uint8Array, signal?: AbortSignal): Promise<Uint8Array[]> {
  const unary = service.unary.get(methodOf(operation));
  if (unary !== undefined) return [await unary(bytes, call(signal))];
  const messages: Uint8Array[] = [];
  const write = (message: Uint8Array): undefined => void messages.push(message);
  await service.streams.get(methodOf(operation))?.(bytes, call(signal), { write, writePart: write });
  return messages;
}

function ask<O extends Operation>(
  operation: O,
  request: MessageInitShape<(typeof REQUESTS)[O]>,
): Promise<Uint8Array[]> {
  const schema: DescMessage = REQUESTS[operation];
  return send(operation, toBinary(schema, create(schema, request)));
}

/** The events of a watch that is given up when the loop has turned once. */
async function watched(request: MessageInitShape<typeof WatchRequestSchema>): Promise<readonly Event[][]> {
  const controller = new AbortController();
  const schema = WatchRequestSchema;
  const running = (async () => {
    const messages: Uint8Array[] = [];
    const write = (message: Uint8Array): undefined => void messages.push(message);
    const bytes = toBinary(schema, create(schema, request));
    await service.streams.get(methodOf('Watch'))?.(bytes, call(controller.signal), { write, writePart: write });
    return messages;
  })();
  setImmediate(() => controller.abort());
  return (await running).map((message) => fromBinary(WatchResponseSchema, message).event);
}

const metadata = (id: string, given: object = {}) => ({
  ...kind,
  id,
  version: '1',
  phase: 'running',
  ...given,
});
const term = (op: LabelTerm_Operation, value: string[] = []) => ({
  labelQuery: [{ terms: [{ key: 'k', op, value }] }],
});

const CASES: [string, RpcStatusName, () => Promise<unknown>, RegExp?][] = [
  [
    'get of nothing',
    'NOT_FOUND',
    () => ask('Get', named('x')),
    /^resource Members\.cluster\.talos\.dev\(cluster\/x@undefined\) doesn't exist$/,
  ],
  ['update of nothing', 'NOT_FOUND', () => ask('Update', { newResource: { metadata: metadata('x'), spec: {} } })],
  ['destroy of nothing', 'NOT_FOUND', () => ask('Destroy', named('x'))],
  ['teardown of nothing', 'NOT_FOUND', () => ask('Teardown', named('x'))],
  ['teardownAndDestroy of nothing', 'NOT_FOUND', () => ask('TeardownAndDestroy', named('x'))],
  [
    'create of an existing id',
    'ALREADY_EXISTS',
    () => ask('Create', { resource: { metadata: metadata('plain'), spec: {} } }),
  ],
  [
    'create for another owner than named',
    'UNKNOWN',
    () => ask('Create', { resource: { metadata: metadata('n', { owner: 'a' }), spec: {} }, options: { owner: 'b' } }),
    /owner is already set to "a"/,
  ],
  [
    'create for an owner that no option names',
    'UNKNOWN',
    () => ask('Create', { resource: { metadata: metadata('n', { owner: 'a' }), spec: {} } }),
    /owner is already set to "a"/,
  ],
  ['create without a resource', 'INVALID_ARGUMENT', () => ask('Create', {})],
  ['create without metadata', 'INVALID_ARGUMENT', () => ask('Create', { resource: { spec: {} } })],
  ['create without a spec', 'INVALID_ARGUMENT', () => ask('Create', { resource: { metadata: metadata('n') } })],
  [
    'create with an empty version',
    'INVALID_ARGUMENT',
    () => ask('Create', { resource: { metadata: metadata('n', { version: '' }), spec: {} } }),
  ],
  [
    'create with a negative version',
    'INVALID_ARGUMENT',
    () => ask('Create', { resource: { metadata: metadata('n', { version: '-1' }), spec: {} } }),
  ],
  [
    'create with an empty phase',
    'INVALID_ARGUMENT',
    () => ask('Create', { resource: { metadata: metadata('n', { phase: '' }), spec: {} } }),
  ],
  [
    'create with bytes that are no such spec',
    'INVALID_ARGUMENT',
    () => ask('Create', { resource: { metadata: metadata('n'), spec: { protoSpec: Uint8Array.of(10, 200) } } }),
  ],
  [
    'create with a time that does not exist',
    'INVALID_ARGUMENT',
    () => ask('Create', { resource: { metadata: metadata('n', { created: { seconds: 2n ** 62n } }), spec: {} } }),
  ],
  [
    'update as another owner, of another version',
    'PERMISSION_DENIED',
    () => ask('Update', { newResource: { metadata: metadata('owned', { version: '7' }), spec: {} } }),
    /is owned by "me"/,
  ],
  [
    'update of another version, in another phase',
    'FAILED_PRECONDITION',
    () =>
      ask('Update', {
        newResource: { metadata: metadata('leaving', { version: '7' }), spec: {} },
        options: { owner: 'me', expectedPhase: 'running' },
      }),
    /expected version "7", actual version "1"/,
  ],
  [
    'update in another phase',
    'INVALID_ARGUMENT',
    () =>
      ask('Update', {
        newResource: { metadata: metadata('leaving'), spec: {} },
        options: { owner: 'me', expectedPhase: 'running' },
      }),
    /is not in phase running/,
  ],
  [
    'update with a phase that is none',
    'INVALID_ARGUMENT',
    () => ask('Update', { newResource: { metadata: metadata('plain'), spec: {} }, options: { expectedPhase: 'x' } }),
  ],
  ['destroy as another owner', 'PERMISSION_DENIED', () => ask('Destroy', named('owned'))],
  [
    'destroy of what is held',
    'FAILED_PRECONDITION',
    () => ask('Destroy', named('held')),
    /has pending finalizers &\[f g\]/,
  ],
  ['teardown as another owner', 'PERMISSION_DENIED', () => ask('Teardown', named('owned'))],
  [
    'watch from a foreign bookmark',
    'FAILED_PRECONDITION',
    () => ask('Watch', { ...kind, options: { startFromBookmark: new Uint8Array(32) } }),
  ],
  [
    'watch from what is no bookmark',
    'FAILED_PRECONDITION',
    () => ask('Watch', { ...kind, options: { startFromBookmark: new Uint8Array(3) } }),
  ],
  [
    'watch of one id from a foreign bookmark',
    'FAILED_PRECONDITION',
    () => ask('Watch', { ...named('plain'), options: { startFromBookmark: new Uint8Array(32) } }),
  ],
  ['watch by a bad regexp', 'INVALID_ARGUMENT', () => ask('Watch', { ...kind, options: { idQuery: { regexp: '(' } } })],
  [
    'watch from an empty bookmark',
    'FAILED_PRECONDITION',
    () => ask('Watch', { ...kind, options: { startFromBookmark: new Uint8Array(0) } }),
  ],
  [
    'watch of one id with its contents',
    'UNIMPLEMENTED',
    () => ask('Watch', { ...named(''), options: { bootstrapContents: true } }),
  ],
  ['watch of one id by label', 'UNIMPLEMENTED', () => ask('Watch', { ...named('plain'), options: term(0) })],
  [
    'watch of a tail and from a bookmark',
    'INVALID_ARGUMENT',
    () => ask('Watch', { ...kind, options: { tailEvents: 1, startFromBookmark: new Uint8Array(32) } }),
  ],
  [
    'watch of contents and a tail',
    'INVALID_ARGUMENT',
    () => ask('Watch', { ...kind, options: { tailEvents: 1, bootstrapContents: true } }),
  ],
  [
    'list by a bad regexp',
    'INVALID_ARGUMENT',
    () => ask('List', { ...kind, options: { idQuery: { regexp: '(' } } }),
    /^failed to compile regexp: /,
  ],
  ['list by a label equal to nothing', 'INVALID_ARGUMENT', () => ask('List', { ...kind, options: term(1) })],
  ['list by a label below nothing', 'INVALID_ARGUMENT', () => ask('List', { ...kind, options: term(6) })],
  [
    'list by an operator of the future',
    'UNIMPLEMENTED',
    () => ask('List', { ...kind, options: term(99 as LabelTerm_Operation, ['v']) }),
    /unsupported label query operator/,
  ],
  ['bytes that are no message', 'INVALID_ARGUMENT', () => send('Get', Uint8Array.of(10, 200))],
  ['groups without end', 'INVALID_ARGUMENT', () => send('Get', new Uint8Array(30_000).fill(0x7b))],
  ['more groups without end', 'INVALID_ARGUMENT', () => send('Get', new Uint8Array(200_000).fill(0x7b)), /too large/],
  ['a request that goes on and on', 'RESOURCE_EXHAUSTED', () => ask('Get', named('x'.repeat(2 ** 18))), /262144/],
  [
    'create with more labels than can be read at once',
    'RESOURCE_EXHAUSTED',
    () => ask('Create', { resource: { metadata: metadata('n', { labels: { k: 'x'.repeat(2 ** 18) } }), spec: {} } }),
    /262144 bytes without the spec/,
  ],
  [
    'create with specs again and again',
    'RESOURCE_EXHAUSTED',
    () => send('Create', lengthDelimited(1, lengthDelimited(2, Buffer.from('\x0a\0'.repeat(2 ** 18))))),
    /262144 bytes without the spec/,
  ],
];

/** A field of a message that holds text, bytes or a message. */
function lengthDelimited(field: number, bytes: Uint8Array): Buffer {
  return Buffer.from(
    new BinaryWriter()
      .uint32((field << 3) | 2)
      .bytes(bytes)
      .finish(),
  );
}

const isRefusal =
  (status: RpcStatusName, message: RegExp) =>
  (thrown: unknown): boolean =>
    thrown instanceof RpcError && thrown.status === status && message.test(thrown.message);

test.each(CASES)('%s is %s', async (_name, status, request, message = /./) => {
  await expect(request()).rejects.toSatisfy(isRefusal(status, message));
});

describe('on the wire', () => {
  let channel: RpcChannel;

  beforeAll(async () => {
    // One listener for all, in front of whichever service the test has.
    const unary = [...service.unary.keys()].map((method): [string, UnaryHandler] => [
      method,
      async (bytes, call) => (await service.unary.get(method)?.(bytes, call)) ?? new Uint8Array(0),
    ]);
    const streams = [...service.streams.keys()].map((method): [string, StreamHandler] => [
      method,
      async (bytes, call, sink) => service.streams.get(method)?.(bytes, call, sink),
    ]);
    const front = { name: service.name, unary: new Map(unary), streams: new Map(streams) };
    const listener = await host.rpc.listen({ address: '127.0.0.1:0' }, [front]);
    channel = host.rpc.connect({ address: listener.address }, { maxReceiveBytes: 8 * 1024 * 1024 });
    return async () => {
      channel.close();
      await listener.close(0);
    };
  });

  beforeEach(() => {
    send = async (operation, bytes) => {
      if (service.unary.has(methodOf(operation))) return [await channel.unary(methodOf(operation), bytes)];
      const stream = channel.stream(methodOf(operation), bytes);
      const messages: Uint8Array[] = [];
      for (let next = await stream.next(); next !== undefined; next = await stream.next()) messages.push(next);
      return messages;
    };
    return () => {
      send = sendHere;
    };
  });

  test.each(CASES)('%s is %s', async (_name, status, request, message = /./) => {
    await expect(request()).rejects.toSatisfy(isRefusal(status, message));
    // And nothing has ended.
    expect(await ask('Get', named('plain'))).toHaveLength(1);
  });
});

describe('what a request leaves out has a default', () => {
  test('update without options: nobody as owner, any phase', async () => {
    await state.teardown(named('plain'));
    const request = { newResource: { metadata: metadata('plain', { version: '2' }), spec: {} } };
    const [answer = new Uint8Array(0)] = await ask('Update', request);
    expect(fromBinary(GetResponseSchema, answer).resource?.metadata?.version).toBe('3');
  });

  test('everything, in every method', async () => {
    for (const operation of Object.keys(REQUESTS) as Operation[]) {
      const signal = AbortSignal.abort();
      const outcome = await send(operation, new Uint8Array(0), signal).catch(codeOf);
      expect(outcome === 'rpc' || Array.isArray(outcome)).toBe(true);
    }
  });

  test('a teardown of what is torn down already asks for no owner', async () => {
    const [answer = new Uint8Array(0)] = await ask('Teardown', named('leaving'));
    expect(fromBinary(TeardownResponseSchema, answer).destroyReady).toBe(true);
  });
});

test('no bytes end more than their call', () =>
  fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...(Object.keys(REQUESTS) as Operation[])),
      fc.uint8Array({ maxLength: 60 }),
      async (operation, bytes) => {
        const outcome = await send(operation, bytes, AbortSignal.abort()).catch(codeOf);
        expect(outcome === 'rpc' || Array.isArray(outcome)).toBe(true);
      },
    ),
    { numRuns: 500 },
  ));

describe('a watch', () => {
  test('is answered at once by an empty message, then one message an event', async () => {
    const messages = await watched({ ...kind, apiVersion: 1, options: { bootstrapContents: true } });
    expect(messages.map((events) => events.length)).toEqual([0, 1, 1, 1, 1, 1]);
    expect(messages.flat().map(({ resource }) => resource?.metadata?.id)).toEqual([
      'held',
      'leaving',
      'owned',
      'plain',
      '',
    ]);
    const bootstrapped = messages.flat().at(-1);
    expect(bootstrapped?.eventType).toBe(EventType.BOOTSTRAPPED);
    expect(bootstrapped?.resource?.metadata).toMatchObject({ ...kind, version: 'undefined', phase: 'running' });
    expect(bootstrapped?.resource?.spec).toBeDefined();
  });

  test('gathers its events when that is asked for', async () => {
    const options = { bootstrapContents: true, aggregated: true };
    const messages = await watched({ ...kind, apiVersion: 1, options });
    expect(messages.map((events) => events.length)).toEqual([0, 5]);
  });

  test('hides from old clients what they do not know', async () => {
    const options = { bootstrapContents: true, bootstrapBookmark: true };
    const [, ...events] = (await watched({ ...kind, options })).map(([event]) => event?.eventType);
    expect(events).toEqual([
      EventType.CREATED,
      EventType.CREATED,
      EventType.CREATED,
      EventType.CREATED,
      EventType.NOOP,
    ]);
  });

  test('by an empty id is a watch of that id', async () => {
    const [, [event] = []] = await watched({ ...kind, id: '', apiVersion: 1 });
    expect(event).toMatchObject({ eventType: EventType.DESTROYED, resource: { metadata: { version: 'undefined' } } });
  });
});

test('a list may be selected from', async () => {
  await state.create(Member.create('labelled', spec, { labels: Labels.of({ k: 'v' }) }));
  expect(await ask('List', { ...kind, options: term(LabelTerm_Operation.EQUAL, ['v']) })).toHaveLength(1);
  expect(await ask('List', { ...kind, options: term(LabelTerm_Operation.NOT_EXISTS) })).toHaveLength(4);
  expect(await ask('List', kind)).toHaveLength(5);
});

test('a reader that is stuck holds back its own stream only, and is told when it lost events', async () => {
  const controller = new AbortController();
  let resume = (): void => undefined;
  const messages: Uint8Array[] = [];
  const sink = {
    write: (message: Uint8Array): Promise<void> => {
      messages.push(message);
      return new Promise((resolve) => {
        resume = resolve;
      });
    },
    writePart: () => undefined,
  };
  const request = toBinary(WatchRequestSchema, create(WatchRequestSchema, { ...kind, apiVersion: 1 }));
  const running = service.streams.get(methodOf('Watch'))?.(request, call(controller.signal), sink);
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  await turn();
  expect(messages).toHaveLength(1);
  for (let index = 0; index < 50; index += 1) await state.create(Member.create(`n-${index}`, spec));
  await turn();
  expect(messages).toHaveLength(1);
  resume();
  await turn();
  const [event] = fromBinary(WatchResponseSchema, messages[1] ?? new Uint8Array(0)).event;
  expect(event).toMatchObject({ eventType: EventType.ERRORED, error: expect.stringMatching(/overrun/) });
  controller.abort();
  resume();
  await running;
});
