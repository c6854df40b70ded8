import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Owner, realHost } from '@cosi-ts/core';
import { expect, onTestFinished, test } from 'vitest';
import { startCluster } from '../cluster/cluster.ts';
import { finish, temporaryDirectory } from './nodes.fixture.ts';
import { groupId, readerDirectory } from './reader-socket.ts';

const { files } = realHost();
const group = process.getgid?.() ?? 0;

test('a group is one by its number, and by the name that the system knows', async () => {
  expect(await groupId(files, '4711')).toBe(4711);
  const [name, , number] = (await readFile('/etc/group', 'utf8')).split('\n')[0]?.split(':') ?? [];
  expect(await groupId(files, name ?? '')).toBe(Number(number));
  await expect(groupId(files, 'no such group')).rejects.toThrow('there is no group "no such group" in /etc/group');
});

test('readers have sockets of their own, beside the directory of the admins', async () => {
  const directory = join(await temporaryDirectory(), 'state');
  const owner = new Owner('cluster');
  onTestFinished(() => owner.close());
  const os = { name: 'Talos', version: 'v1.3.0' };
  const common = { workers: 0, reset: false, ttl: 60_000, openNamespaces: undefined };
  const options = { ...common, host: realHost(), owner, directory, nodes: 1, os, readerGroup: String(group) };
  await startCluster(options);

  const modeOf = async (...path: string[]) => {
    const { mode, gid } = await stat(join(...path));
    return [(mode & 0o777).toString(8), gid === group];
  };
  const [admins, readers] = [directory, readerDirectory(directory)];
  const node = 'talos-default-controlplane-1';
  expect(await modeOf(admins)).toEqual(['700', true]);
  expect(await modeOf(admins, node)).toEqual(['700', true]);
  expect(await modeOf(admins, node, 'api.sock')).toEqual(['600', true]);
  expect(await modeOf(readers)).toEqual(['750', true]);
  expect(await modeOf(readers, node)).toEqual(['750', true]);
  expect(await modeOf(readers, node, 'api.sock')).toEqual(['660', true]);

  // A node answers before it knows who it is.
  expect(await finish(['wait', 'identities', 'local', '--state', readers])).toMatchObject({ exitCode: 0 });
  expect(await finish(['wait', 'kubespanidentities', 'local', '--state', admins])).toMatchObject({ exitCode: 0 });
  const get = (type: string, state: string) => finish(['get', type, '-o', 'name', '--state', state]);
  expect((await get('identities', readers)).out).toBe('identities.cluster.talos.dev/local\n');
  expect((await get('kubespanidentities', admins)).exitCode).toBe(0);
  expect((await get('kubespanidentities', readers)).err).toBe('cosi: 172.20.0.2: not authorized\n');
});
