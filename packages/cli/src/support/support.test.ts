import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { builtinTypes, ipPrefixOf, KubeSpanIdentity, MachineConfig, Member } from '@cosi-ts/resources';
import { describe, expect, test } from 'vitest';
import { finish, startNode, temporaryDirectory } from '../nodes/nodes.fixture.ts';
import { safeName } from './safe-name.ts';

const CANARY = 'Q0FOQVJZIENBTkFSWSBDQU5BUlkgQ0FOQVJZIENBTkE=';
const PRIVATE = 'UFJJVkFURSBQUklWQVRFIFBSSVZBVEUgUFJJVkFURSE=';

const config = (secret: string) =>
  `# Mine.\nversion: v1alpha1\nmachine: {type: worker}\ncluster:\n  secret: ${secret}\n`;

const member = (id: string, hostname: string) =>
  Member.create(id, { nodeId: 'n', addresses: [], hostname, machineType: 'worker', operatingSystem: 'os' });

/** Two nodes that run and one that does not, with secrets in all places. */
async function cluster(): Promise<string> {
  const directory = await temporaryDirectory();
  for (const name of ['node-1', 'node-2', 'node-3']) {
    await mkdir(join(directory, name));
    await writeFile(join(directory, name, 'config.yaml'), config(CANARY));
    await writeFile(join(directory, name, 'node.log'), `{"message":"hello","leaked":"${CANARY}"}\n`);
  }
  await writeFile(join(directory, 'node-1', 'node.log.1'), `{"message":"before"}\n`);
  await startNode(join(directory, 'node-1'), {
    addresses: ['10.0.0.1/8'],
    resources: [
      member('a', 'a'),
      member('leak', PRIVATE),
      MachineConfig.create('v1alpha1', { text: config(CANARY) }),
      KubeSpanIdentity.create('local', {
        address: ipPrefixOf('fd00::1/128'),
        subnet: ipPrefixOf('fd00::/64'),
        privateKey: PRIVATE,
        publicKey: 'public',
      }),
    ],
  });
  await startNode(join(directory, 'node-2'), { addresses: ['10.0.0.2/8'] });
  return directory;
}

interface Unpacked {
  readonly root: string;
  /** Everything in it, as one text. */
  readonly raw: string;
  read(path: string): Promise<string>;
}

/** As a user would, with the system's `tar`. */
async function unpack(archive: string): Promise<Unpacked> {
  const into = await temporaryDirectory();
  await promisify(execFile)('tar', ['xzf', archive, '-C', into]);
  const [root = '', ...others] = await readdir(into);
  expect(others).toEqual([]);
  const raw = gunzipSync(await readFile(archive)).toString('latin1');
  return { root, raw, read: (path) => readFile(join(into, root, path), 'utf8') };
}

test('an archive has all of every node, and no secret; what could not be had is told', async () => {
  const [state, out] = [await cluster(), await temporaryDirectory()];
  const ended = await finish(['support', '--state', state, '-o', out]);
  const [name = ''] = await readdir(out);
  const archive = join(out, name);
  expect([ended.exitCode, ended.err]).toEqual([
    1,
    'cosi: node-3: the node does not run: start it with "cosi up" or "cosi run"\n',
  ]);
  expect(ended.out).toBe(
    `${archive} written: secrets are replaced by REDACTED, still look at it before you hand it on\n`,
  );
  expect((await stat(archive)).mode & 0o777).toBe(0o600);
  expect(name).toMatch(new RegExp(`^support-${basename(state)}-\\d{8}T\\d{6}Z\\.tar\\.gz$`));
  const { root, raw, read } = await unpack(archive);
  expect(`${root}.tar.gz`).toBe(name);
  for (const secret of [CANARY, PRIVATE]) {
    expect(raw).not.toContain(secret);
    expect(raw).not.toContain(Buffer.from(secret, 'base64').toString('latin1'));
  }
  const members = await read('node-1/resources/cluster/members.cluster.talos.dev.yaml');
  expect(members).toMatch(/ {4}hostname: a\n[^]*\n---\nnode: 10\.0\.0\.1\n/);
  expect(members).toContain('hostname: REDACTED\n');
  expect(await read('node-1/resources/config/machineconfigs.config.talos.dev.yaml')).toContain('secret: REDACTED\n');
  expect(await read('node-1/resources/kubespan/kubespanidentities.kubespan.talos.dev.yaml')).toMatch(
    /^ {4}id: local\n[^]*\nspec: REDACTED\n$/m,
  );
  const definitions = await read('node-2/resources/meta/resourcedefinitions.meta.cosi.dev.yaml');
  expect(definitions.split('\n---\n')).toHaveLength(builtinTypes.length);
  expect(await read('node-1/dependencies.txt')).toMatch(/^a\.Controller\n/);
  expect(await read('node-1/dependencies.dot')).toMatch(/^digraph/);
  expect(await read('node-1/version.txt')).toContain('tag: v1.2.3\n');
  expect(await read('node-1/config.yaml')).toBe(config('REDACTED'));
  expect(await read('node-1/node.log')).toBe('{"message":"hello","leaked":"REDACTED"}\n');
  expect(await read('node-1/node.log.1')).toBe('{"message":"before"}\n');
  expect(await read('node-3/node.log')).toContain('hello');
  expect(await read('node-3/errors.txt')).toBe('the node does not run: start it with "cosi up" or "cosi run"\n');
  expect(await read('summary.txt')).toMatch(/\nnode-3 +0 +0 +no +yes +yes +1\n/);
});

test('one node, into a file that is named, which is replaced only if that is said', async () => {
  const [state, cwd] = [await cluster(), await temporaryDirectory()];
  const argv = ['support', '--state', state, '-n', '10.0.0.2', '-o', 'x.tar.gz'];
  expect(await finish(argv, { cwd })).toMatchObject({ exitCode: 0, err: '' });
  const before = await readFile(join(cwd, 'x.tar.gz'));
  expect((await unpack(join(cwd, 'x.tar.gz'))).root).toMatch(/^support-node-2-/);
  const again = await finish(argv, { cwd });
  expect([again.exitCode, again.err]).toEqual([
    1,
    `cosi: ${cwd}/x.tar.gz is there: choose another --output, or add --force\n`,
  ]);
  expect(await readFile(join(cwd, 'x.tar.gz'))).toEqual(before);
  expect(await finish([...argv, '--force'], { cwd })).toMatchObject({ exitCode: 0 });
  expect(await readdir(cwd)).toEqual(['x.tar.gz']);
});

describe('nothing is written', () => {
  test('where there is no node', async () => {
    const [state, cwd] = [await temporaryDirectory(), await temporaryDirectory()];
    const ended = await finish(['support', '--state', state], { cwd });
    expect([ended.exitCode, ended.err]).toEqual([
      1,
      `cosi: no node is running in ${state}: start a cluster with "cosi up", or name another directory with --state\n`,
    ]);
    expect((await finish(['support', '--state', await cluster(), '-n', 'node-4'], { cwd })).err).toMatch(
      /^cosi: node "node-4" is not running in .*: running are node-1 \(10\.0\.0\.1\), node-2 \(10\.0\.0\.2\)\n$/,
    );
    expect(await readdir(cwd)).toEqual([]);
  });

  test('where there is no place', async () => {
    const cwd = await temporaryDirectory();
    const ended = await finish(['support', '--state', await cluster(), '-o', 'none/x.tar.gz'], { cwd });
    expect([ended.exitCode, ended.err]).toEqual([
      1,
      `cosi: ${cwd}/none is no directory: make it, or choose another --output\n`,
    ]);
  });

  test.each(['-', '/dev/null'])('to %s', async (output) => {
    const cwd = await temporaryDirectory();
    const ended = await finish(['support', '--state', await cluster(), '-o', output, '--force'], { cwd });
    expect([ended.exitCode, ended.err, await readdir(cwd)]).toEqual([
      2,
      'cosi: the archive goes into a file: name one with --output\n',
      [],
    ]);
  });

  test('when it is interrupted', async () => {
    const cwd = await temporaryDirectory();
    const stopped = () => AbortSignal.abort();
    const ended = await finish(['support', '--state', await cluster()], { cwd, stopped });
    expect([ended.exitCode, ended.err, await readdir(cwd)]).toEqual([130, 'cosi: interrupted\n', []]);
  });
});

test.skipIf(process.getuid?.() === 0)('a file that may not be read is told of, and the rest is there', async () => {
  const [state, cwd] = [await cluster(), await temporaryDirectory()];
  await chmod(join(state, 'node-2', 'node.log'), 0);
  const ended = await finish(['support', '--state', state, '-n', 'node-2', '-o', 'x.tar.gz'], { cwd });
  expect(ended.exitCode).toBe(1);
  expect(ended.err).toContain('node.log: EACCES');
});

test('a configuration that is no YAML is left out as a whole', async () => {
  const [state, cwd] = [await cluster(), await temporaryDirectory()];
  await writeFile(join(state, 'node-2', 'config.yaml'), `cluster: {secret: "${CANARY}`);
  await finish(['support', '--state', state, '-n', 'node-2', '-o', 'x.tar.gz'], { cwd });
  expect(await (await unpack(join(cwd, 'x.tar.gz'))).read('node-2/config.yaml')).toBe('REDACTED');
});

test('names lead nowhere else', () => {
  expect(['a-1.b', '..', '', 'a/../b', 'fd00::1', 'a%2Fb', 'ä'].map(safeName)).toEqual([
    'a-1.b',
    '%..',
    '%',
    'a%2F..%2Fb',
    'fd00%3A%3A1',
    'a%252Fb',
    '%C3%A4',
  ]);
});
