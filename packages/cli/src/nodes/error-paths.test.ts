import { createServer } from 'node:http';
import { chmod, writeFile } from 'node:fs/promises';
import { createServer as createSocket, type Server } from 'node:net';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { finish, startNode, temporaryDirectory } from './nodes.fixture.ts';

let cluster: string;

beforeEach(async () => {
  cluster = await temporaryDirectory();
  await startNode(join(cluster, 'node-1'), { addresses: ['10.0.0.1/8'] });
});

/** One line without a stack, after the name of the command. */
const ONE_LINE = /^cosi: [^\n]+\n$/;

async function refused(exitCode: number, argv: readonly string[], cwd = cluster): Promise<string> {
  const ended = await finish(argv, { cwd });
  expect(ended.err).toMatch(ONE_LINE);
  expect(ended.err).not.toMatch(/\n {4}at |node:internal|\[object/);
  expect(ended.exitCode).toBe(exitCode);
  return ended.err;
}

async function listening(server: Server, path: string): Promise<void> {
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(() => void server.close());
}

test.each([
  [1, ['get', 'membres'], /Did you mean|did you mean|"cosi get rd"/],
  [1, ['get', 'members', '--namespace', 'clutser'], /did you mean "cluster"/],
  [1, ['get', 'members', 'x'], /lists those that do/],
  [1, ['get', 'members', '-n', 'other'], /running are node-1/],
  [2, ['get', 'members', '--nonsense'], /--help/],
  [2, ['get', 'members', '-o', 'jsonpath={.x'], /jsonpath/],
  [2, ['get', 'members', '-o', 'xml'], /yaml/],
  [2, ['get', 'members', '-l', '=='], /selector/],
  [2, ['get', 'members', '--id', '('], /id/],
  [2, ['get', 'members/'], /the id is empty/],
  [2, ['wait', 'members', 'x', '--for', 'y'], /--for/],
  [3, ['wait', 'members', 'x', '--timeout', '1ms'], /did not come to be/],
  [1, ['trace', 'members', 'x'], /x/],
  [1, ['describe', 'members', 'x'], /x/],
  [2, ['inspect', 'dependencies', '--format', 'svg'], /dot/],
  [1, ['validate', '--config', 'none.yaml'], /none\.yaml/],
  [1, ['run', '--config', 'none.yaml', '--state', 'x', '--kubespan-device', 'none'], /none\.yaml/],
  [1, ['gen', 'config', 'x', 'https://a:1', '--with-secrets', 'none.yaml'], /none\.yaml/],
  [1, ['gen', 'certs', '--with-secrets', 'none.yaml'], /none\.yaml/],
] as const)('exit code %i in one line: %j', async (exitCode, argv, cure) => {
  const isLocal = ['get', 'wait', 'trace', 'describe', 'inspect'].includes(argv[0]);
  expect(await refused(exitCode, isLocal ? [...argv, '--state', cluster] : argv)).toMatch(cure);
});

test('a directory that is none, or has nothing', async () => {
  await writeFile(join(cluster, 'file'), '');
  for (const state of ['file', 'none', '/dev/null']) {
    expect(await refused(1, ['get', 'members', '--state', state])).toMatch(/--state/);
  }
});

test('a socket that is a file, or that somebody else listens on', async () => {
  const file = await temporaryDirectory();
  await writeFile(join(file, 'api.sock'), '');
  expect(await refused(1, ['get', 'members', '--state', file])).toContain('no node is running in');
  const web = await temporaryDirectory();
  await listening(
    createServer((_, response) => response.end()),
    join(web, 'api.sock'),
  );
  expect(await refused(1, ['get', 'members', '--state', web])).toMatch(/cannot be reached|does not answer/);
  const mute = await temporaryDirectory();
  await listening(
    createSocket((socket) => socket.destroy()),
    join(mute, 'api.sock'),
  );
  expect(await refused(1, ['get', 'members', '--state', mute])).toMatch(/cannot be reached|does not answer/);
});

test.skipIf(process.getuid?.() === 0)('a socket of somebody else', async () => {
  await chmod(join(cluster, 'node-1', 'api.sock'), 0);
  expect(await refused(1, ['get', 'members', '--state', cluster])).toContain('the node belongs to another user');
});

test.each([
  ['{', /./],
  ['context: x\ncontexts: {x: {endpoints: [127.0.0.1:1], nodes: [a], ca: AAAA, crt: "%", key: AAAA}}\n', /./],
  ['context: x\ncontexts: {x: {endpoints: [127.0.0.1:1], nodes: [a], ca: AAAA, crt: AAAA, key: AAAA}}\n', /./],
  ['context: x\ncontexts: {x: {endpoints: [], nodes: [a]}}\n', /no endpoints are named/],
  ['context: y\ncontexts: {x: {}}\n', /--context/],
])('a client configuration that is none: %j', async (text, cure) => {
  await writeFile(join(cluster, 'talosconfig'), text);
  const line = await refused(1, ['get', 'members', '--talosconfig', 'talosconfig']);
  expect(line).toMatch(cure);
});
