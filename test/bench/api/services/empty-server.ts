import { createRequire } from 'node:module';
import path from 'node:path';
import { RpcError, realHost } from '@cosi-ts/core';
import { EncodeCache, MemoryState, stateService } from '@cosi-ts/runtime';
import type * as Grpc from '@grpc/grpc-js';
import { Member, newMember } from '../member.ts';

// The least that a server on this library costs: bytes come, nothing is done, and always the same bytes go, as many as
// a member has. `empty-server.ts library|entrance ADDRESS`: on the library itself, or behind the entrance of our hosts.

const [which = '', address = ''] = process.argv.slice(2);
const host = realHost();
const answer = Buffer.from(await memberAsBytes());
const methods = ['Get', 'Create', 'Update'].map((method) => `/cosi.resource.State/${method}`);
if (which === 'library') await onLibrary();
else await behindEntrance();

async function onLibrary(): Promise<void> {
  // The library is a dependency of core.
  const core = path.join(import.meta.dirname, '../../../../packages/core/package.json');
  const { Server, ServerCredentials } = createRequire(core)('@grpc/grpc-js') as typeof Grpc;
  const handle: Grpc.handleUnaryCall<Buffer, Buffer> = (_, respond) => respond(null, answer);
  const same = (bytes: Buffer): Buffer => bytes;
  const server = new Server();
  for (const method of methods) server.register(method, handle, same, same, 'unary');
  await new Promise<void>((resolve, reject) => {
    const credentials = ServerCredentials.createInsecure();
    server.bindAsync(address, credentials, (error) => (error === null ? resolve() : reject(error)));
  });
}

async function behindEntrance(): Promise<void> {
  const handle = (): Promise<Uint8Array> => Promise.resolve(answer);
  const unary = new Map(methods.map((method) => [method, handle]));
  await host.rpc.listen({ address }, [{ name: 'cosi.resource.State', unary, streams: new Map() }]);
}

/** What a server answers that has a member. */
async function memberAsBytes(): Promise<Uint8Array> {
  const types = { find: () => Member };
  const state = new MemoryState({ clock: host.clock, random: host.random, types });
  await state.create(newMember(1));
  const { unary } = stateService(state, { types, encodings: new EncodeCache(), pace: host.pace });
  const get = unary.get('/cosi.resource.State/Get');
  if (get === undefined) throw new RpcError('UNIMPLEMENTED', 'no Get');
  const text = (tag: number, value: string): Buffer =>
    Buffer.concat([Buffer.from([(tag << 3) | 2, value.length]), Buffer.from(value)]);
  const { namespace, type, id } = newMember(1).metadata;
  const request = Buffer.concat([text(1, namespace), text(2, type), text(3, id)]);
  const { signal } = new AbortController();
  return get(request, {
    method: '',
    peer: 'unix:',
    metadata: new Map(),
    timeLeft: undefined,
    organizations: undefined,
    signal,
  });
}
