import { fromBinary } from '@bufbuild/protobuf';
import type { RpcService, ServerCall } from '@cosi-ts/core';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { ControllerRuntimeDependenciesResponseSchema, DependencyEdgeType } from '../../gen/inspect/inspect_pb.ts';
import { VersionResponseSchema } from '../../gen/machine/machine_pb.ts';
import { AccessDeniedError } from '../../state/errors.ts';
import type { AccessRequest } from '../access.ts';
import { DEPENDENCIES_METHOD, inspectService } from './inspect-service.ts';
import { TALOS_API_VERSION, VERSION_METHOD, machineService } from './machine-service.ts';

const machine = machineService({ tag: TALOS_API_VERSION, os: 'linux', arch: 'amd64', platform: 'host' });

describe('the version of a node', () => {
  test('is one message, from no node in particular', async () => {
    const { messages } = fromBinary(VersionResponseSchema, await ask(machine, VERSION_METHOD));
    expect(messages[0]?.metadata).toBeUndefined();
    expect(messages).toMatchObject([
      {
        version: { tag: TALOS_API_VERSION, os: 'linux', arch: 'amd64', goVersion: '' },
        platform: { name: 'host', mode: '' },
        features: { rbac: true },
      },
    ]);
  });

  // Some servers join repeated headers, so that one value may hold several.
  property.prop([
    fc.array(fc.array(fc.stringMatching(/^[a-z\d.:-]+$/), { minLength: 1, maxLength: 4 }), { minLength: 1 }),
  ])('is one message for each node that the call names, in order and as it named it', async (headers) => {
    const nodes = headers.map((names) => names.join(', '));
    const answer = await ask(machine, VERSION_METHOD, new Map([['nodes', nodes]]));
    const { messages } = fromBinary(VersionResponseSchema, answer);
    expect(messages.map(({ metadata }) => metadata?.hostname)).toEqual([...new Set(headers.flat())]);
    expect(messages.every(({ version }) => version?.tag === TALOS_API_VERSION)).toBe(true);
  });
});

test.each([[machine, VERSION_METHOD] as const, [inspectService(() => []), DEPENDENCIES_METHOD] as const])(
  'a call names no more nodes than are good for all, however often it repeats them',
  async (service, method) => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => `node-${index % 1001}`);
    const call = (nodes: readonly string[]) => ask(service, method, new Map([['nodes', [nodes.join(',')]]]));
    await expect(call(many(1001))).rejects.toMatchObject({ status: 'INVALID_ARGUMENT' });
    expect((await call(many(1000).concat(many(1000)))).length).toBeLessThan(200_000);
  },
);

test('the graph keeps the ids of what a caller may not list to itself', async () => {
  const type = 'Secrets.test.cosi.dev';
  const edge = { controller: 'a.Controller', kind: 'weak', namespace: 'cluster' } as const;
  const graph = [
    { ...edge, type, id: 'canary' },
    { ...edge, type: 'Members.cluster.talos.dev', id: 'x' },
  ];
  const access = () => (request: AccessRequest) =>
    request.type === type ? new AccessDeniedError('not authorized', request) : undefined;
  const answer = await ask(
    inspectService(() => graph, { access }),
    DEPENDENCIES_METHOD,
  );
  const { messages } = fromBinary(ControllerRuntimeDependenciesResponseSchema, answer);
  const told = messages[0]?.edges.map(({ resourceType, resourceId }) => [resourceType, resourceId]);
  expect(told).toEqual([
    [type, ''],
    ['Members.cluster.talos.dev', 'x'],
  ]);
});

test('the graph of a node has the edges of its runtime, those of queues as the older kinds', async () => {
  const input = { controller: 'a.Controller', namespace: 'cluster', type: 'Members.cluster.talos.dev', id: 'x' };
  const output = { controller: 'a.Controller', namespace: '', type: 'Affiliates.cluster.talos.dev', id: undefined };
  const service = inspectService(() => [
    { ...output, kind: 'exclusive' },
    { ...output, kind: 'shared' },
    { ...input, kind: 'strong' },
    { ...input, kind: 'weak' },
    { ...input, kind: 'destroyReady' },
    { ...input, kind: 'primary' },
    { ...input, kind: 'mapped' },
    { ...input, kind: 'mappedDestroyReady' },
  ]);
  const answer = await ask(service, DEPENDENCIES_METHOD, new Map([['nodes', ['10.5.0.2']]]));
  const [message, ...others] = fromBinary(ControllerRuntimeDependenciesResponseSchema, answer).messages;
  expect(others).toEqual([]);
  expect(message?.metadata?.hostname).toBe('10.5.0.2');
  const { OUTPUT_EXCLUSIVE, OUTPUT_SHARED, INPUT_STRONG, INPUT_WEAK, INPUT_DESTROY_READY } = DependencyEdgeType;
  expect(message?.edges.map(({ edgeType }) => edgeType)).toEqual([
    OUTPUT_EXCLUSIVE,
    OUTPUT_SHARED,
    INPUT_STRONG,
    INPUT_WEAK,
    INPUT_DESTROY_READY,
    INPUT_STRONG,
    INPUT_WEAK,
    INPUT_DESTROY_READY,
  ]);
  expect(message?.edges[0]).toMatchObject({
    controllerName: 'a.Controller',
    resourceNamespace: '',
    resourceType: 'Affiliates.cluster.talos.dev',
    resourceId: '',
  });
  expect(message?.edges[2]).toMatchObject({ resourceNamespace: 'cluster', resourceId: 'x' });
});

async function ask(
  service: RpcService,
  method: string,
  metadata: ServerCall['metadata'] = new Map(),
): Promise<Uint8Array> {
  const call = {
    method,
    peer: 'unix:',
    metadata,
    timeLeft: undefined,
    organizations: undefined,
    signal: new AbortController().signal,
  };
  return (await service.unary.get(method)?.(new Uint8Array(0), call)) ?? new Uint8Array(0);
}
