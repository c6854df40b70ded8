import { Bytes, codeOf, realHost, timestampFromInstant, type RpcChannel } from '@cosi-ts/core';
import {
  Labels,
  Member,
  Namespace,
  builtinTypes,
  isTombstone,
  newMetadata,
  versionOf,
  type EncodedSpec,
  type MemberSpec,
  type Resource,
  type TypeLookup,
} from '@cosi-ts/resources';
import { arbitraryOf } from '@cosi-ts/testing';
import fc from 'fast-check';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { NotFoundError, OwnerConflictError, StateError } from '../state/errors.ts';
import { MemoryState } from '../state/memory-state.ts';
import { compileQuery } from '../state/query/query.ts';
import type { State } from '../state/state.ts';
import type { Watch, WatchEvent } from '../state/watch.ts';
import { remoteState } from './client/remote-state.ts';
import { stateService } from './server/state-service.ts';
import { EncodeCache } from './wire/encode-cache.ts';

const host = realHost();
const types: TypeLookup = { find: (type) => builtinTypes.find((known) => known.type === type) };
const noTypes: TypeLookup = { find: () => undefined };

let state: MemoryState;
let channel: RpcChannel;
let remote: State;

beforeAll(async () => {
  state = new MemoryState({ clock: host.clock, random: host.random, types });
  const service = stateService(state, { types, encodings: new EncodeCache(), pace: host.pace });
  const listener = await host.rpc.listen({ address: '127.0.0.1:0' }, [service]);
  channel = host.rpc.connect({ address: listener.address });
  remote = remoteState(channel, { types });
  return () => {
    channel.close();
    return listener.close();
  };
});

const member: MemberSpec = {
  nodeId: 'abc',
  addresses: [],
  hostname: 'node-1',
  machineType: 'worker',
  operatingSystem: 'Talos (v1.3.0)',
};

let counter = 0;
/** A namespace of its own for each test. */
const fresh = () => Member.in(`ns-${(counter += 1)}`);

async function take(watch: Watch, count: number): Promise<WatchEvent[]> {
  const events: WatchEvent[] = [];
  while (events.length < count) events.push(...((await watch.next()) ?? []));
  return events;
}

const text = fc.string({ unit: 'binary' });
const labels = fc.array(fc.tuple(text, text), { maxLength: 4 }).map(Labels.from);
const time = fc
  .record({ seconds: fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }), nanos: fc.nat(999_999_999) })
  .map(timestampFromInstant);

test('any resource survives the way out and back', () =>
  fc.assert(
    fc.asyncProperty(
      text,
      arbitraryOf(Member),
      labels,
      labels,
      fc.uniqueArray(text, { maxLength: 3 }),
      fc.constantFrom('running' as const, 'tearingDown' as const),
      time,
      async (id, spec, labels, annotations, finalizers, phase, created) => {
        const type = fresh();
        const given = type.create(id, spec, { labels, annotations, finalizers, phase, created });
        const stored = await remote.create(given);
        expect(stored).toEqual(await state.get(given.metadata));
        expect({ ...stored.metadata, version: -1, created: 0, updated: 0 }).toEqual({
          ...given.metadata,
          version: -1,
          created: 0,
          updated: 0,
        });
        expect(stored.spec).toEqual(spec);
        expect(await remote.get(given.metadata)).toEqual(stored);
        expect(await remote.list(type)).toEqual([stored]);
        const [event] = await take(await remote.watch(given.metadata), 1);
        expect(event).toMatchObject({ type: 'created', resource: stored });
      },
    ),
    { numRuns: 60 },
  ));

test('a type that nobody declared keeps the bytes of its writer', () =>
  fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 40 }), text, async (proto, yaml) => {
      const spec: EncodedSpec = { proto: Bytes.from(proto), yaml };
      const pointer = { namespace: fresh().namespace, type: 'test/int', id: '1' };
      const stored = (await remote.create({ metadata: newMetadata(pointer), spec })) as Resource<EncodedSpec>;
      expect(stored.spec.proto.equals(spec.proto)).toBe(true);
      expect(stored.spec.yaml).toBe(yaml);
    }),
    { numRuns: 30 },
  ));

test('a client that does not know a type is given both encodings', async () => {
  const type = fresh();
  await state.create(type.create('a', member));
  const raw = (await remoteState(channel, { types: noTypes }).get(type.pointer('a'))) as Resource<EncodedSpec>;
  expect(raw.spec.yaml).toBe(`${Member.spec.toYaml(member)}\n`);
  expect(Member.spec.decode(raw.spec.proto.toUint8Array())).toEqual(member);
});

test('a list is filtered by the server', async () => {
  const type = fresh();
  await state.create(type.create('a', member, { labels: Labels.of({ role: 'web', cpu: '2' }) }));
  await state.create(type.create('b', member, { labels: Labels.of({ role: 'db', cpu: '10' }) }));
  await state.create(type.create('c', member));
  const ids = async (selection: Parameters<typeof compileQuery>[0]) =>
    (await remote.list(type, { query: compileQuery(selection) })).map(({ metadata }) => metadata.id);
  expect(await ids({ labels: [[{ key: 'role', op: 'equal', values: ['web'] }]] })).toEqual(['a']);
  expect(await ids({ labels: [[{ key: 'role', op: 'exists', invert: true }]] })).toEqual(['c']);
  expect(await ids({ labels: [[{ key: 'cpu', op: 'ltNumeric', values: ['1 k'] }]] })).toEqual(['a', 'b']);
  expect(await ids({ id: '^[bc]$' })).toEqual(['b', 'c']);
});

test('a watch of a kind begins with its contents and goes on with every change', async () => {
  const type = fresh();
  const a = await state.create(type.create('a', member));
  await using watch = await remote.watchKind(type, { bootstrapContents: true });
  const [first, second] = await take(watch, 2);
  expect(first).toMatchObject({ type: 'created', resource: a });
  expect(second?.type).toBe('bootstrapped');
  expect(second?.type === 'bootstrapped' && isTombstone(second.resource) && second.resource.metadata).toMatchObject({
    namespace: type.namespace,
    type: type.type,
    id: '',
  });
  const b = await state.update({ metadata: a.metadata, spec: { ...member, hostname: 'other' } });
  await state.destroy(b.metadata);
  const events = await take(watch, 2);
  expect(events).toMatchObject([
    { type: 'updated', resource: b, old: a },
    { type: 'destroyed', resource: b },
  ]);
});

test('a watch of nothing begins with a tombstone', async () => {
  const type = fresh();
  await using watch = await remote.watch(type.pointer('x'));
  const [event] = await take(watch, 1);
  expect(event?.type === 'destroyed' && isTombstone(event.resource)).toBe(true);
});

test('a watch goes on behind a bookmark, on another stream', async () => {
  const type = fresh();
  await using watch = await remote.watchKind(type, { bootstrapBookmark: true });
  const [noop] = await take(watch, 1);
  const from = noop?.type === 'noop' ? noop.bookmark : undefined;
  const a = await state.create(type.create('a', member));
  await using later = await remote.watchKind(type, { from });
  expect(await take(later, 1)).toMatchObject([{ type: 'created', resource: a }]);
});

test('a watch ends with its signal', async () => {
  const controller = new AbortController();
  const watch = await remote.watchKind(fresh(), { signal: controller.signal });
  const pending = watch.next();
  controller.abort();
  expect(await pending).toBeUndefined();
  expect(await watch.next()).toBeUndefined();
});

test('a watch whose server goes away says so and ends', async () => {
  const service = stateService(state, { types, encodings: new EncodeCache(), pace: host.pace });
  const listener = await host.rpc.listen({ address: '127.0.0.1:0' }, [service]);
  const other = host.rpc.connect({ address: listener.address });
  onTestFinished(() => other.close());
  const watch = await remoteState(other, { types }).watchKind(fresh());
  listener.destroy();
  const [event] = await take(watch, 1);
  expect(event?.type).toBe('errored');
  expect(await watch.next()).toBeUndefined();
});

test('the refusals of a state are the same behind a server', async () => {
  const type = fresh();
  const pointer = type.pointer('a');
  await state.create(type.create('a', member, { finalizers: ['f'] }), { owner: 'me' });
  const a = await state.get(pointer);
  const stale = { ...a, metadata: { ...a.metadata, version: versionOf(7) } };
  const calls: ((state: State) => Promise<unknown>)[] = [
    (state) => state.get(type.pointer('x')),
    (state) => state.create(type.create('a', member)),
    (state) => state.create(type.create('b', member, { owner: 'x' }), { owner: 'y' }),
    (state) => state.update(a),
    (state) => state.update(stale, { owner: 'me' }),
    (state) => state.update(a, { owner: 'me', expectedPhase: 'tearingDown' }),
    (state) => state.destroy(pointer),
    (state) => state.destroy(pointer, { owner: 'me' }),
    (state) => state.teardown(pointer),
    (state) => state.watchKind(type, { from: Bytes.from([1]) }),
    (state) => state.watchKind(type, { bootstrapContents: true, tailEvents: 1 }),
  ];
  for (const call of calls) {
    const [here, there] = await Promise.all(
      [state, remote].map((each) =>
        call(each).then(
          () => undefined,
          (thrown: Error) => thrown,
        ),
      ),
    );
    expect(here).toBeInstanceOf(StateError);
    expect(there).toBeInstanceOf(here?.constructor);
    expect(there?.message).toBe(here?.message);
    expect(there).toHaveProperty('code', codeOf(here));
  }
});

test('a server that knows no teardown is asked for the same in other calls', async () => {
  const { unary, streams, name } = stateService(state, { types, encodings: new EncodeCache(), pace: host.pace });
  const old = { name, streams, unary: new Map([...unary].filter(([method]) => !method.includes('Teardown'))) };
  const listener = await host.rpc.listen({ address: '127.0.0.1:0' }, [old]);
  const other = host.rpc.connect({ address: listener.address });
  onTestFinished(() => listener.close());
  onTestFinished(() => other.close());
  const type = fresh();
  await state.create(type.create('a', member, { finalizers: ['f'] }), { owner: 'me' });
  await state.create(type.create('b', member), { owner: 'me' });
  const remote = remoteState(other, { types });
  expect(await remote.teardown(type.pointer('a'), { owner: 'me' })).toBe(false);
  await expect(remote.teardown(type.pointer('b'))).rejects.toThrow(OwnerConflictError);
  await remote.teardownAndDestroy?.(type.pointer('b'), { owner: 'me' });
  await expect(remote.get(type.pointer('b'))).rejects.toThrow(NotFoundError);
});

test('a large bootstrap comes in messages below what a receiver takes', async () => {
  const type = Namespace.in(fresh().namespace);
  const description = 'x'.repeat(10_000);
  for (let index = 0; index < 600; index += 1) await state.create(type.create(`id-${index}`, { description }));
  await using watch = await remote.watchKind(type, { bootstrapContents: true });
  const events = await take(watch, 601);
  expect(events).toHaveLength(601);
  expect(events.at(-1)?.type).toBe('bootstrapped');
});

describe.each([
  ['a state in memory', (): State => state],
  ['a state behind the API', (): State => remote],
])('of %s', (_which, subject) => {
  test('nothing is begun once its signal is aborted', async () => {
    const kind = fresh();
    const signal = AbortSignal.abort(new Error('enough'));
    const pointer = kind.pointer('x');
    const stored = await subject().create(kind.create('x', member));
    const calls = [
      subject().get(pointer, { signal }),
      subject().list(kind, { signal }),
      subject().create(kind.create('y', member), { signal }),
      subject().update(stored, { signal }),
      subject().teardown(pointer, { signal }),
      subject().destroy(pointer, { signal }),
    ];
    for (const outcome of await Promise.allSettled(calls)) expect(outcome.status).toBe('rejected');
    expect(await state.list(kind)).toHaveLength(1);
    expect((await state.get(pointer)).metadata.version).toBe(1);
  });
});
