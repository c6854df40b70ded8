import { join } from 'node:path';
import { realHost } from '@cosi-ts/core';
import { Member, typeRegistry, type MemberSpec } from '@cosi-ts/resources';
import { EncodeCache, MemoryState, collection, stateService } from '@cosi-ts/runtime';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryDirectory } from '../process.ts';
import { connect, hostnameOf, hostnames } from './remote.ts';

const host = realHost();
const spec = (hostname: string): MemberSpec => ({
  nodeId: '',
  addresses: [],
  hostname,
  machineType: 'worker',
  operatingSystem: '',
});

test('a program reads and follows a state that is served', async () => {
  const address = `unix:${join(await temporaryDirectory(), 's')}`;
  const types = typeRegistry();
  const served = new MemoryState({ clock: host.clock, random: host.random, types });
  const listen = () =>
    host.rpc.listen({ address }, [stateService(served, { types, encodings: new EncodeCache(), pace: host.pace })]);
  let listener = await listen();
  const { state, close } = connect(address);
  onTestFinished(async () => {
    close();
    await listener.close(0);
  });
  await collection(served, Member).create('a', spec('one'));
  expect([await hostnameOf(state, 'a'), await hostnameOf(state, 'b')]).toEqual(['one', 'nobody']);

  const ending = new AbortController();
  const names = hostnames(state, ending.signal);
  expect((await names.next()).value).toEqual(['one']);
  listener.destroy();
  expect(await hostnameOf(state, 'a')).toBe('unreachable');
  listener = await listen();
  await collection(served, Member).create('b', spec('two'));
  expect((await names.next()).value).toEqual(['one', 'two']);
  ending.abort();
  expect((await names.next()).done).toBe(true);
});
