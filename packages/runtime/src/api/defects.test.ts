import { create, toBinary } from '@bufbuild/protobuf';
import { realHost, type RpcChannel } from '@cosi-ts/core';
import { Namespace, isTombstone, newMetadata } from '@cosi-ts/resources';
import { simulate } from '@cosi-ts/testing';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { LabelTerm_Operation as Op } from '../gen/cosi/resource/resource_pb.ts';
import { ListRequestSchema, TeardownRequestSchema, UpdateRequestSchema } from '../gen/cosi/resource/state_pb.ts';
import { PhaseConflictError } from '../state/errors.ts';
import { MemoryState } from '../state/memory-state.ts';
import type { State } from '../state/state.ts';
import { remoteState } from './client/remote-state.ts';
import { methodOf } from './methods.ts';
import { stateService } from './server/state-service.ts';
import { EncodeCache } from './wire/encode-cache.ts';

// Defects of the COSI runtime's server and client that are none here, by the numbers of our notes on it.

const types = { find: () => Namespace };

test('defect 10: a watch that was well for long has all of its time to come back', async () => {
  await simulate({}, async (sim) => {
    const [server, client] = [sim.node('server').host, sim.node('client').host];
    const state = new MemoryState({ clock: server.clock, random: server.random, types });
    const service = stateService(state, { types, encodings: new EncodeCache(), pace: server.pace });
    const listen = () => server.rpc.listen({ address: 'server:1' }, [service]);
    let listener = await listen();
    const channel = client.rpc.connect({ address: 'server:1' });
    const watch = await remoteState(channel, { types, healing: { host: client } }).watchKind(Namespace);
    const next = watch.next();
    // Longer than a watch tries: 15 minutes.
    await sim.advance('24h');
    await listener.close(0);
    await sim.advance('14m');
    listener = await listen();
    await sim.advance('2m');
    await state.create(Namespace.create('late', { description: '' }));
    expect(await next).toMatchObject([{ type: 'created', resource: { metadata: { id: 'late' } } }]);

    // And no more than that.
    const last = watch.next();
    await listener.close(0);
    await sim.advance('20m');
    expect(await last).toMatchObject([{ type: 'errored', error: { status: 'UNAVAILABLE' } }]);
  });
});

describe('at a real socket', () => {
  let state: MemoryState;
  let channel: RpcChannel;
  let remote: State;

  beforeAll(async () => {
    const host = realHost();
    state = new MemoryState({ clock: host.clock, random: host.random, types });
    // Nothing else of it is torn down here.
    vi.spyOn(state, 'teardown').mockImplementation((pointer) =>
      Promise.reject(new PhaseConflictError(newMetadata(pointer), 'running')),
    );
    const service = stateService(state, { types, encodings: new EncodeCache(), pace: host.pace });
    const listener = await host.rpc.listen({ address: '127.0.0.1:0' }, [service]);
    channel = host.rpc.connect({ address: listener.address });
    remote = remoteState(channel, { types });
    return async () => {
      channel.close();
      await listener.close(0);
    };
  });

  test('defect 11: an update without options is one of any phase, by nobody', async () => {
    await state.create(Namespace.create('a', { description: '' }, { phase: 'tearingDown' }));
    const metadata = { namespace: 'meta', type: Namespace.type, id: 'a', version: '1', phase: 'tearingDown' };
    const request = create(UpdateRequestSchema, { newResource: { metadata, spec: {} } });
    await channel.unary(methodOf('Update'), toBinary(UpdateRequestSchema, request));
    expect((await state.get(Namespace.pointer('a'))).metadata.version).toBe(2);
  });

  test.each([Op.EQUAL, Op.LT, Op.LTE, Op.LT_NUMERIC, Op.LTE_NUMERIC])(
    'defect 11: a label term that compares with nothing (%i) is refused',
    async (op) => {
      const options = { labelQuery: [{ terms: [{ key: 'k', op }] }] };
      const request = create(ListRequestSchema, { namespace: 'meta', type: Namespace.type, options });
      const stream = channel.stream(methodOf('List'), toBinary(ListRequestSchema, request));
      await expect(stream.next()).rejects.toMatchObject({ status: 'INVALID_ARGUMENT' });
    },
  );

  test('defect 12: what is not there is a tombstone to a client, too, though it knows the type', async () => {
    await using watch = await remote.watch(Namespace.pointer('nowhere'));
    const [event] = (await watch.next()) ?? [];
    expect(event?.type === 'destroyed' && isTombstone(event.resource)).toBe(true);
    await using kind = await remote.watchKind(Namespace, { bootstrapContents: true, bootstrapBookmark: true });
    const told = [...((await kind.next()) ?? []), ...((await kind.next()) ?? [])];
    const ends = told.filter(({ type }) => type === 'bootstrapped' || type === 'noop');
    expect(ends.map((end) => end.type !== 'errored' && isTombstone(end.resource))).toEqual([true, true]);
  });

  test('defect 13: a teardown in the wrong phase is refused as such, on the wire and behind it', async () => {
    const pointer = Namespace.pointer('a');
    const request = toBinary(TeardownRequestSchema, create(TeardownRequestSchema, { ...pointer }));
    for (const operation of ['Teardown', 'TeardownAndDestroy'] as const) {
      await expect(channel.unary(methodOf(operation), request)).rejects.toMatchObject({
        status: 'FAILED_PRECONDITION',
        message: expect.stringMatching(/is not in phase running/),
      });
    }
    await expect(remote.teardown(pointer)).rejects.toThrow(PhaseConflictError);
    await expect(remote.teardownAndDestroy?.(pointer)).rejects.toThrow(PhaseConflictError);
  });
});
