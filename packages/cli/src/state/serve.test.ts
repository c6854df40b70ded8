import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Bytes, realHost } from '@cosi-ts/core';
import { KubeSpanIdentity, Member, newMetadata, type EncodedSpec, type Resource } from '@cosi-ts/resources';
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
    'cosi: 127.0.0.1:0 needs --tls-ca, --tls-cert and --tls-key ("cosi gen certs" makes them); without, listen on a unix socket\n',
  );
});

test('on a port the role of the certificate says who may do what', async () => {
  const cwd = await temporaryDirectory();
  expect((await finish(['gen', 'certs', '-o', '.'], { cwd })).exitCode).toBe(0);
  const tls = ['--tls-ca', 'ca.crt', '--tls-cert', 'server.crt', '--tls-key', 'server.key'];
  const command = start(['state', 'serve', '--listen', '127.0.0.1:0', ...tls], { cwd });
  await command.lines(1);
  const address = /address=(\S+)/.exec(command.err)?.[1] ?? '';
  const as = async (role: string) => {
    const text = (name: string) => readFile(join(cwd, name), 'utf8');
    const identity = {
      ca: await text('ca.crt'),
      certificate: await text(`${role}.crt`),
      key: await text(`${role}.key`),
    };
    const channel = host.rpc.connect({ address, tls: identity });
    onTestFinished(() => channel.close());
    return remoteState(channel, { types });
  };
  const [admin, reader] = [await as('admin'), await as('reader')];
  await admin.create(resource);
  const secret = { namespace: 'secrets', type: KubeSpanIdentity.type, id: 'local' };
  await admin.create({ metadata: newMetadata(secret), spec: resource.spec });
  const open = { namespace: 'cluster', type: Member.type, id: 'a' };
  await admin.create({ metadata: newMetadata(open), spec: resource.spec });
  expect(await reader.get(open)).toMatchObject({ metadata: open });
  await expect(reader.create({ metadata: newMetadata({ ...open, id: 'b' }), spec: resource.spec })).rejects.toThrow(
    'not authorized',
  );
  await expect(reader.get(secret)).rejects.toThrow('not authorized');
  await expect(reader.list(kind)).rejects.toThrow('resource type "os/path" is not supported');
  command.stop();
  expect(await command.exitCode).toBe(0);
});
