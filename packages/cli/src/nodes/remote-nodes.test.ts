import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { Owner, realHost } from '@cosi-ts/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startCluster, type Cluster } from '../cluster/cluster.ts';
import { formatClientConfig } from '../client-config/format.ts';
import { parseClientConfig } from '../client-config/parse.ts';
import { loadOrCreateAuthority } from '../cluster/os-authority.ts';
import { finish, temporaryDirectory } from './nodes.fixture.ts';

let directory: string;
let cluster: Cluster;
const owner = new Owner('cluster');

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cosi-'));
  const os = { name: 'Talos', version: 'v1.3.0' };
  const common = { workers: 1, reset: false, ttl: 60_000, openNamespaces: undefined };
  cluster = await startCluster({ ...common, host: realHost(), owner, directory, nodes: 2, os, tls: true });
});

afterAll(async () => {
  await owner.close();
  await rm(directory, { recursive: true });
});

const get = (...argv: readonly string[]) => finish(['get', ...argv], { cwd: directory });
const remotely = (...argv: readonly string[]) => get('--talosconfig', 'talosconfig', ...argv);

describe('nodes of a client configuration', () => {
  test.each([
    ['identities'],
    ['rd', '-o', 'yaml'],
    ['nodeaddresses', '-n', 'talos-default-worker-1,172.20.0.2', '-o', 'json'],
    ['nodeaddresses', 'current', '-n', '172.20.0.5', '-o', 'jsonpath={.spec.addresses}'],
  ])('give what those of the directory give: get %s', async (...argv) => {
    const [near, far] = [await get(...argv, '--state', directory), await remotely(...argv)];
    // They are called what the user called them.
    expect(far.out.replaceAll('talos-default-worker-1', '172.20.0.5')).toBe(near.out);
    expect([far.exitCode, far.err]).toEqual([0, '']);
    expect(far.out).not.toBe('');
  });

  test('are also found through the environment, unless a directory is named', async () => {
    const env = { TALOSCONFIG: join(directory, 'talosconfig.reader') };
    const refused = await finish(['get', 'kubespanidentities'], { env, cwd: '/' });
    expect(refused.exitCode).toBe(1);
    expect(refused.err).toBe('cosi: 172.20.0.2, 172.20.0.5: not authorized\n');
    const near = await finish(['get', 'kubespanidentities', '--state', directory], { env, cwd: '/' });
    expect([near.exitCode, near.err]).toEqual([0, '']);
  });

  test('may be reached through any endpoint that answers', async () => {
    const { exitCode, err } = await remotely('identities', '-e', `127.0.0.1:1,${cluster.api}`);
    expect([exitCode, err]).toEqual([0, '']);
    const gone = await remotely('identities', '-e', '127.0.0.1:1');
    expect(gone.err).toMatch(
      /^cosi: 172\.20\.0\.2: the node cannot be reached \(connect ECONNREFUSED 127\.0\.0\.1:1\): look at the endpoints/,
    );
  });

  test('are out of reach in one line where no endpoint answers', async () => {
    const { exitCode, err } = await remotely('identities', '-e', '127.0.0.1:1,127.0.0.1:2');
    expect(exitCode).toBe(1);
    expect(err).toMatch(
      /^cosi: no endpoint answers: 127\.0\.0\.1:1: the node cannot be reached \(connect ECONNREFUSED .*\): look at .*; 127\.0\.0\.1:2: .*\n$/,
    );
  });

  test.each([
    [['-n', '10.0.0.1'], /^cosi: 10\.0\.0\.1: there is no node "10\.0\.0\.1"\n$/],
    [['--context', 'other'], /context "other" is not in it: use --context with one of talos-default\n$/],
    [['--talosconfig', 'none'], /^cosi: there is no client configuration none: "cosi up --tls" writes one\n$/],
    [['--talosconfig', 'empty'], /empty: there is no context in it/],
  ])('are refused with the cure: %j', async (argv, message) => {
    await writeFile(join(directory, 'empty'), '');
    const { exitCode, err } = await remotely('members', ...argv);
    expect(exitCode).toBe(1);
    expect(err).toMatch(message);
  });

  test('refuse a certificate that is over, in one line', async () => {
    const config = parseClientConfig(await readFile(join(directory, 'talosconfig'), 'utf8'), 'talosconfig');
    const authority = await loadOrCreateAuthority(realHost(), directory);
    const past = await authority.issue({ use: 'client', organization: 'os:admin', lifetime: -1000 });
    const contexts = [...config.contexts].map(
      ([name, context]) => [name, { ...context, crt: past.certificate, key: past.key }] as const,
    );
    await writeFile(join(directory, 'past'), formatClientConfig({ ...config, contexts: new Map(contexts) }));
    const { exitCode, err } = await get('identities', '--talosconfig', 'past');
    expect(exitCode).toBe(1);
    expect(err).toMatch(
      /^cosi: \S+past: the client certificate was valid until [\d:TZ.-]+: make a new one with [^\n]+\n$/,
    );
  });

  test.each(['talosconfig', 'talosconfig.reader'])('are told of in an archive, by %s', async (file) => {
    const cwd = await temporaryDirectory();
    const ended = await finish(['support', '--talosconfig', join(directory, file), '-o', 'x.tar.gz'], { cwd });
    expect([ended.exitCode, ended.err]).toEqual([0, '']);
    const raw = gunzipSync(await readFile(join(cwd, 'x.tar.gz'))).toString('latin1');
    const secret = /^ {4}secret: (.+)$/m.exec(await readFile(join(directory, 'secrets.yaml'), 'utf8'))?.[1] ?? '';
    expect(secret).toHaveLength(44);
    expect(raw).not.toContain(secret);
    await promisify(execFile)('tar', ['xzf', 'x.tar.gz'], { cwd });
    const root = (await readdir(cwd)).find((name) => name.startsWith('support-')) ?? '';
    const resources = join(cwd, root, '172.20.0.2', 'resources');
    expect(await readdir(join(resources, 'cluster'))).toContain('members.cluster.talos.dev.yaml');
    const isAdmin = file === 'talosconfig';
    expect((await readdir(join(resources, 'config'))).some((name) => name.startsWith('machineconfigs'))).toBe(isAdmin);
    const summary = await readFile(join(cwd, root, 'summary.txt'), 'utf8');
    expect(summary.includes('sensitive resources: only an admin is given them')).toBe(!isAdmin);
    expect(summary).toContain('node.log and config.yaml: they are had where the node');
  });
});
