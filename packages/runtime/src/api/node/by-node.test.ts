import { fromBinary } from '@bufbuild/protobuf';
import { RpcError, type RpcService, type ServerCall } from '@cosi-ts/core';
import { expect, test } from 'vitest';
import { VersionResponseSchema } from '../../gen/machine/machine_pb.ts';
import { methodOf } from '../methods.ts';
import { servicesByNode } from './by-node.ts';
import { VERSION_METHOD, machineService } from './machine-service.ts';

const GET = methodOf('Get');
const LIST = methodOf('List');

/** A node whose every answer is its name. */
function nodeServices(name: string): readonly RpcService[] {
  const bytes = new TextEncoder().encode(name);
  const state: RpcService = {
    name: 'cosi.resource.State',
    unary: new Map([[GET, () => Promise.resolve(bytes)]]),
    streams: new Map([[LIST, async (_request, _call, sink) => sink.write(bytes)]]),
  };
  return [state, machineService({ tag: `v1.0.0-${name}` })];
}

const nodes = new Map(['a', 'b'].map((name) => [name, nodeServices(name)]));
const services = servicesByNode(nodeServices(''), (node = 'a') => Promise.resolve(nodes.get(node)));

async function ask(method: string, metadata: Readonly<Record<string, string[]>>): Promise<Uint8Array> {
  const call: ServerCall = {
    method,
    peer: 'unix:',
    metadata: new Map(Object.entries(metadata)),
    timeLeft: undefined,
    organizations: undefined,
    signal: new AbortController().signal,
  };
  const request = new Uint8Array(0);
  const sent: Uint8Array[] = [];
  for (const { unary, streams } of services) {
    const handler = unary.get(method);
    if (handler !== undefined) return handler(request, call);
    const write = (message: Uint8Array): undefined => void sent.push(message);
    await streams.get(method)?.(request, call, { write, writePart: write });
  }
  return sent[0] ?? request;
}

const text = async (method: string, metadata: Readonly<Record<string, string[]>>) =>
  new TextDecoder().decode(await ask(method, metadata));

test.each([GET, LIST])('a call goes to the node that it names, or to the first: %s', async (method) => {
  expect(await text(method, {})).toBe('a');
  expect(await text(method, { node: ['b'] })).toBe('b');
  await expect(text(method, { node: ['c'] })).rejects.toMatchObject({
    status: 'UNAVAILABLE',
    message: 'there is no node "c"',
  });
});

test.each([GET, LIST])('a call that only one node can answer names no more: %s', async (method) => {
  for (const node of [['a', 'b'], ['a, b']]) {
    await expect(ask(method, { node })).rejects.toThrow('node metadata must be single-valued');
  }
  const refusal = new RpcError('INVALID_ARGUMENT', `one-2-many proxying is not supported for method ${method}`);
  await expect(ask(method, { nodes: ['a'] })).rejects.toEqual(refusal);
});

test('several nodes answer in one, each under the name that it was called by, or with what is wrong', async () => {
  const { messages } = fromBinary(VersionResponseSchema, await ask(VERSION_METHOD, { nodes: ['b', 'c', 'a'] }));
  expect(messages.map(({ metadata, version }) => [metadata?.hostname, metadata?.error, version?.tag])).toEqual([
    ['b', '', 'v1.0.0-b'],
    ['c', 'there is no node "c"', undefined],
    ['a', '', 'v1.0.0-a'],
  ]);
  expect(messages[1]?.metadata?.status).toMatchObject({ code: 14 });
  const one = fromBinary(VersionResponseSchema, await ask(VERSION_METHOD, { node: ['b'] }));
  expect(one.messages).toMatchObject([{ version: { tag: 'v1.0.0-b' } }]);
});
