import { join } from 'node:path';
import { Bytes, realHost } from '@cosi-ts/core';
import { newMetadata, type EncodedSpec, type Resource } from '@cosi-ts/resources';
import { remoteState } from '@cosi-ts/runtime';
import { expect, onTestFinished, test } from 'vitest';
import { finish, start, temporaryDirectory } from '../nodes/nodes.fixture.ts';

const host = realHost();
const types = { find: () => undefined };
const kind = { namespace: 'anything', type: 'os/path' };
const resource: Resource<EncodedSpec> = {
  metadata: newMetadata({ ...kind, id: 'var/run' }),
  spec: { proto: Bytes.empty, yaml: '{}\n' },
};

async function serve(directory: string) {
  const command = start(['state', 'serve', '--listen', 'unix:state.sock'], { cwd: directory });
  await command.lines(1);
  return command;
}

function connect(directory: string) {
  const channel = host.rpc.connect({ address: `unix:${join(directory, 'state.sock')}` });
  onTestFinished(() => channel.close());
  return remoteState(channel, { types, healing: { host } });
}

test('serves a state in which everything may be written, and watches go on behind a restart', async () => {
  const directory = await temporaryDirectory();
  const first = await serve(directory);
  const state = connect(directory);
  const stored = await state.create(resource);
  expect(stored).toMatchObject({ metadata: { version: 1 }, spec: resource.spec });
  const watch = await state.watchKind(kind, { bootstrapContents: true });
  expect((await watch.next())?.map(({ type }) => type)).toEqual(['created', 'bootstrapped']);

  first.stop();
  expect(await first.exitCode).toBe(0);
  const second = await serve(directory);
  expect(await watch.next()).toMatchObject([{ type: 'destroyed', resource: { metadata: { id: 'var/run' } } }]);
  await state.create(resource);
  expect(await watch.next()).toMatchObject([{ type: 'created', resource: { metadata: { id: 'var/run' } } }]);
  watch.close();
  second.stop();
  expect(await second.exitCode).toBe(0);
});

test('no port is opened without TLS', async () => {
  const { exitCode, err } = await finish(['state', 'serve', '--listen', '127.0.0.1:0', '--tls-cert', 'server.crt']);
  expect(exitCode).toBe(2);
  expect(err).toBe(
    'cosi: 127.0.0.1:0 needs --tls-ca, --tls-cert and --tls-key ("cosi gen certs" makes them); without, listen on unix:PATH\n',
  );
});
