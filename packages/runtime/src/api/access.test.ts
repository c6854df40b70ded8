import { realHost, type ServerCall } from '@cosi-ts/core';
import { Member, type MemberSpec } from '@cosi-ts/resources';
import { beforeEach, describe, expect, test } from 'vitest';
import { AccessDeniedError } from '../state/errors.ts';
import { MemoryState } from '../state/memory-state.ts';
import { METHODS, apiAccess, guardServices, type AccessPolicy } from './access-policy.ts';
import { filterState, type AccessRequest, type Verb } from './access.ts';
import { methodOf, type Operation } from './methods.ts';
import { inspectService } from './node/inspect-service.ts';
import { TALOS_API_VERSION, VERSION_METHOD, machineService } from './node/machine-service.ts';
import { apiServices } from './server/api-services.ts';
import { stateService } from './server/state-service.ts';
import { traceService } from './trace/trace-service.ts';
import { EncodeCache } from './wire/encode-cache.ts';

const host = realHost();
const types = { find: () => Member };
const spec: MemberSpec = { nodeId: '', addresses: [], hostname: '', machineType: 'worker', operatingSystem: '' };
let state: MemoryState;

beforeEach(async () => {
  state = new MemoryState({ clock: host.clock, random: host.random, types });
  await state.create(Member.create('a', spec));
});

describe('a filtered state', () => {
  const pointer = Member.pointer('a');

  test('asks for each call what it is', async () => {
    const asked: AccessRequest[] = [];
    const filtered = filterState(state, (request) => void asked.push(request));
    const a = await filtered.get(pointer);
    await filtered.list(Member);
    filtered.watch(pointer).then((watch) => watch.close(), expect.fail);
    filtered.watchKind(Member).then((watch) => watch.close(), expect.fail);
    await filtered.update(a);
    await filtered.teardown(pointer);
    await filtered.destroy(pointer);
    await filtered.create(Member.create('b', spec));
    const { namespace, type } = Member;
    const verbs = (id: string, ...verbs: Verb[]) => verbs.map((verb) => ({ namespace, type, id, verb }));
    expect(asked).toEqual([
      ...verbs('a', 'get'),
      ...verbs('', 'list'),
      ...verbs('a', 'watch'),
      ...verbs('', 'watch'),
      ...verbs('a', 'update', 'update', 'destroy'),
      ...verbs('b', 'create'),
    ]);
  });

  test('does nothing that is refused', async () => {
    const refused = new AccessDeniedError('no', pointer);
    const filtered = filterState(state, () => refused);
    const a = await state.get(pointer);
    await expect(filtered.get(pointer)).rejects.toBe(refused);
    await expect(filtered.list(Member)).rejects.toBe(refused);
    await expect(filtered.watch(pointer)).rejects.toBe(refused);
    await expect(filtered.watchKind(Member)).rejects.toBe(refused);
    await expect(filtered.update(a)).rejects.toBe(refused);
    await expect(filtered.teardown(pointer)).rejects.toBe(refused);
    await expect(filtered.destroy(pointer)).rejects.toBe(refused);
    await expect(filtered.create(Member.create('b', spec))).rejects.toBe(refused);
    expect(await state.list(Member)).toEqual([a]);
  });

  test('ends a watch when the right to it is withdrawn', async () => {
    const refusals: Error[] = [];
    const watch = await filterState(state, () => refusals[0]).watchKind(Member, { bootstrapContents: true });
    expect(await watch.next()).toHaveLength(2);
    const refused = new AccessDeniedError('no more', pointer);
    refusals.push(refused);
    await state.create(Member.create('secret', spec));
    expect(await watch.next()).toEqual([{ type: 'errored', error: refused }]);
    expect(await watch.next()).toBeUndefined();
  });
});

describe('the policy', () => {
  const policy: AccessPolicy = {
    type: (name) => ({ Open: { sensitive: false }, Secret: { sensitive: true } })[name],
    hasNamespace: (name) => name === 'cluster',
    openNamespaces: new Set(['opened']),
  };

  const decide = (roles: string[], operation: Operation, verb: Verb, type: string, namespace = 'cluster') =>
    apiAccess(policy, () => roles)(callOf(operation))({ namespace, type, id: 'x', verb })?.message ?? 'yes';

  test.each<[string[], Operation, Verb, string, string, string]>([
    [['os:admin'], 'Get', 'get', 'Secret', 'cluster', 'yes'],
    [['os:operator'], 'Get', 'get', 'Secret', 'cluster', 'not authorized'],
    [['os:reader'], 'Watch', 'watch', 'Secret', 'cluster', 'not authorized'],
    [['os:reader'], 'List', 'list', 'Open', 'cluster', 'yes'],
    [['os:reader'], 'List', 'list', 'Open', 'clutser', 'namespace "clutser" is not supported'],
    [['os:reader'], 'List', 'list', 'Opne', 'cluster', 'resource type "Opne" is not supported'],
    [['os:admin'], 'Update', 'update', 'Open', 'cluster', 'write access is not allowed'],
    [['os:admin'], 'Update', 'update', 'Open', 'opened', 'yes'],
    [['os:admin'], 'TeardownAndDestroy', 'watch', 'Open', 'opened', 'yes'],
    [['os:reader'], 'Update', 'update', 'Open', 'opened', 'not authorized'],
    [['os:operator'], 'TeardownAndDestroy', 'watch', 'Open', 'opened', 'not authorized'],
    [['os:admin'], 'Create', 'create', 'Unknown', 'opened', 'yes'],
    [['os:reader'], 'Get', 'get', 'Unknown', 'opened', 'resource type "Unknown" is not supported'],
    [['somebody'], 'Get', 'get', 'Open', 'cluster', 'not authorized'],
    [[], 'Get', 'get', 'Open', 'cluster', 'not authorized'],
  ])('%j may %s (%s) %s in %s: %s', (roles, operation, verb, type, namespace, answer) => {
    expect(decide(roles, operation, verb, type, namespace)).toBe(answer);
  });

  test('has a rule for each method that is served, and for no other', () => {
    const own = [
      stateService(state, { types, encodings: new EncodeCache(), pace: host.pace }),
      machineService({ tag: TALOS_API_VERSION }),
      inspectService(() => []),
      traceService(state),
    ];
    const services = apiServices(own, { rolesOf: () => [] });
    const served = services.flatMap(({ unary, streams, dialogs }) => [
      ...unary.keys(),
      ...streams.keys(),
      ...(dialogs?.keys() ?? []),
    ]);
    expect([...METHODS.keys()].sort()).toEqual(served.sort());
  });

  test('lets nobody call what is not for them', async () => {
    const method = '/unlisted.Service/Method';
    const answer = () => Promise.resolve(new Uint8Array(0));
    const services = [
      { name: 'unlisted.Service', unary: new Map([[method, answer]]), streams: new Map() },
      machineService({ tag: TALOS_API_VERSION }),
    ];
    const call = (method: string, ...roles: string[]) =>
      Promise.any(
        guardServices(services, () => roles)
          .flatMap(({ unary }) => unary.get(method) ?? [])
          .map(async (handler) => handler(new Uint8Array(0), { ...callOf('Get'), method })),
      ).then(
        () => 'yes',
        ({ errors: [{ message }] }: { errors: [Error] }) => message,
      );
    expect(await call(method, 'os:admin')).toBe('yes');
    expect(await call(method, 'os:operator')).toBe('not authorized');
    expect(await call(VERSION_METHOD, 'os:reader')).toBe('yes');
    expect(await call(VERSION_METHOD, 'somebody')).toBe('not authorized');
  });

  test('is asked by the server with the call', async () => {
    const seen: string[] = [];
    const access = (call: ServerCall) => {
      seen.push(call.method);
      return (request: AccessRequest) => new AccessDeniedError('write access is not allowed', request);
    };
    const service = stateService(state, { types, encodings: new EncodeCache(), pace: host.pace, access });
    const answer = service.unary.get(methodOf('Destroy'))?.(new Uint8Array(0), callOf('Destroy'));
    await expect(answer).rejects.toMatchObject({ status: 'PERMISSION_DENIED', message: 'write access is not allowed' });
    expect(seen).toEqual([methodOf('Destroy')]);
  });
});

function callOf(operation: Operation): ServerCall {
  return {
    method: methodOf(operation),
    peer: 'unix:',
    metadata: new Map(),
    timeLeft: undefined,
    organizations: undefined,
    signal: new AbortController().signal,
  };
}
