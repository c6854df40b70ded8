import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Member } from '@cosi-ts/resources';
import { beforeEach, expect, test } from 'vitest';
import { startNode, temporaryDirectory } from './nodes.fixture.ts';

const COSI = new URL('../../bin/cosi.js', import.meta.url).pathname;

/** More than a pipe of Node's, which is a pair of sockets, holds: so a reader that goes away is noticed. */
const resources = Array.from({ length: 4000 }, (_, index) =>
  Member.create(`member-${index}`, {
    nodeId: '',
    addresses: [],
    hostname: 'a-name-that-fills-the-pipe'.repeat(3),
    machineType: 'worker',
    operatingSystem: '',
  }),
);

let directory: string;
beforeEach(async () => {
  directory = await temporaryDirectory();
  await startNode(directory, { resources });
});

const get = (...argv: readonly string[]): ChildProcess => {
  const argument = [COSI, 'get', 'members', '--state', directory, ...argv];
  return spawn(process.execPath, argument, { stdio: ['ignore', 'pipe', 'pipe'] });
};

/** The exit code, or the name of the signal, and what was said on standard error. */
async function outcome(child: ChildProcess): Promise<readonly unknown[]> {
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return [code ?? signal, said];
}

test.each([[['-o', 'table']], [['-o', 'yaml']], [['-w']]])('get members %j | head -1 ends quietly', async (argv) => {
  const child = get(...argv);
  const ended = outcome(child);
  await once(child.stdout ?? child, 'data');
  child.stdout?.destroy();
  expect(await ended).toEqual([0, '']);
});

test('a watch ends in peace at SIGINT', async () => {
  const child = get('-w', '-o', 'name');
  const ended = outcome(child);
  child.stdout?.resume();
  await once(child.stdout ?? child, 'data');
  child.kill('SIGINT');
  expect(await ended).toEqual([0, '']);
});
