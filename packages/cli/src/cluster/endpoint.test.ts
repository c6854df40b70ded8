import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Owner, realHost, type RpcChannel } from '@cosi-ts/core';
import { Identity, KubeSpanIdentity, Member, NodeAddress, typeRegistry } from '@cosi-ts/resources';
import { remoteState, type State } from '@cosi-ts/runtime';
import { expect, onTestFinished, test } from 'vitest';
import type { ClientContext } from '../client-config/client-config.ts';
import { parseClientConfig } from '../client-config/parse.ts';
import { selectContext } from '../client-config/select.ts';
import { temporaryDirectory } from '../nodes/nodes.fixture.ts';
import { startCluster, type Cluster } from './cluster.ts';

const host = realHost();
const types = typeRegistry();

async function start(directory: string): Promise<{ cluster: Cluster; stop: () => Promise<void> }> {
  const owner = new Owner('cluster');
  onTestFinished(() => owner.close());
  const os = { name: 'Talos', version: 'v1.3.0' };
  const common = { workers: 1, reset: false, ttl: 60_000, openNamespaces: undefined };
  const cluster = await startCluster({ ...common, host, owner, directory, nodes: 2, os, tls: true });
  return { cluster, stop: () => owner.close() };
}

async function readContext(directory: string, file: string): Promise<ClientContext> {
  const path = join(directory, file);
  return selectContext(parseClientConfig(await readFile(path, 'utf8'), path), undefined, path);
}

function connect({ endpoints, ca, crt, key }: ClientContext): RpcChannel {
  const channel = host.rpc.connect({ address: endpoints[0] ?? '', tls: { ca, certificate: crt, key } });
  onTestFinished(() => channel.close());
  return channel;
}

test('all nodes are behind one port, for clients of the configurations that are written', async () => {
  const directory = await temporaryDirectory();
  const { cluster, stop } = await start(directory);
  const admin = await readContext(directory, 'talosconfig');
  expect(admin.endpoints).toEqual([cluster.api]);
  expect(admin.nodes).toEqual(['172.20.0.2', '172.20.0.5']);
  for (const file of ['talosconfig', 'talosconfig.reader', 'secrets.yaml']) {
    expect((await stat(join(directory, file))).mode & 0o777).toBe(0o600);
  }

  const channel = connect(admin);
  const on = (node: string | undefined): State =>
    remoteState(channel, { types, ...(node !== undefined && { metadata: { node } }) });
  const idOf = async (state: State) => (await state.get(Identity.pointer('local'))).spec;
  const [first, second] = cluster.nodes;
  const ids = await Promise.all([first, second].map((node) => idOf(node?.node.state as State)));
  expect(await idOf(on(undefined))).toEqual(ids[0]);
  for (const name of ['172.20.0.5', 'talos-default-worker-1']) expect(await idOf(on(name))).toEqual(ids[1]);
  const [address] = (await on('172.20.0.5').list(NodeAddress)).flatMap(
    ({ spec }) => (spec as { addresses: readonly string[] }).addresses,
  );
  expect(address).toBe('172.20.0.5/24');
  await expect(idOf(on('172.20.0.99'))).rejects.toThrow('there is no node "172.20.0.99"');
  expect(await on(undefined).list(KubeSpanIdentity)).toHaveLength(1);
  await expect(on(undefined).destroy(Identity.pointer('local'))).rejects.toThrow('write access is not allowed');

  const reader = remoteState(connect(await readContext(directory, 'talosconfig.reader')), { types });
  expect(await idOf(reader)).toEqual(ids[0]);
  await expect(reader.list(KubeSpanIdentity)).rejects.toThrow('not authorized');
  const nobody = remoteState(connect({ ...admin, crt: undefined, key: undefined } as never), { types });
  await expect(nobody.list(Member)).rejects.toMatchObject({ status: 'UNAVAILABLE' });

  await stop();
  const again = await start(directory);
  expect(again.cluster.api).toBe(cluster.api);
  const later = await readContext(directory, 'talosconfig');
  expect(later.ca).toBe(admin.ca);
  // Certificates of before are as good as new ones.
  expect(await idOf(remoteState(connect(admin), { types }))).toEqual(ids[0]);
});

test('secrets of before there were authorities get one, and damaged ones are not shown', async () => {
  const directory = await temporaryDirectory();
  const { stop } = await start(directory);
  const path = join(directory, 'secrets.yaml');
  const secrets = await readFile(path, 'utf8');
  expect(secrets).toMatch(/^cluster:\n {4}id: .*\n {4}secret: .*\ncerts:\n {4}os:\n {8}crt: .*\n {8}key: .*\n$/);
  await stop();
  await writeFile(path, secrets.replace(/crt: .*/, `crt: ${Buffer.from('-----BEGIN X-----').toString('base64')}`));
  await expect(start(directory)).rejects.toThrow(`${path}: certs.os is no certificate and its key`);
});
