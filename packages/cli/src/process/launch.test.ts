import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';

const BIN = path.join(import.meta.dirname, '../../bin');
const COSI = path.join(BIN, 'cosi.js');
const scratch = mkdtempSync(path.join(tmpdir(), 'cosi-launch-'));

afterAll(() => rmSync(scratch, { recursive: true }));

test('the command starts from the sources and warns of nothing', () => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [COSI, '--version'], { encoding: 'utf8' });
  expect({ stdout, stderr, status }).toEqual({
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    stderr: '',
    status: 0,
  });
});

test('a reader that has seen enough is no error', () => {
  const { stderr, status } = spawnSync(
    'bash',
    ['-c', 'set -o pipefail; "$0" "$1" --help | true', process.execPath, COSI],
    {
      encoding: 'utf8',
    },
  );
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
});

describe('on a Node that is too old', () => {
  /** A script that re-executes itself under the repository's Node, as the command does, and then runs `body`. */
  function script(name: string, body: string, floor = 24): string {
    const file = path.join(scratch, name);
    const relaunch = `const { runWithOwnNode } = await import(${JSON.stringify(path.join(BIN, 'own-node.js'))});
      await runWithOwnNode(${floor});`;
    writeFileSync(file, `if (process.env.RELAUNCHED) {${body}} else { process.env.RELAUNCHED = '1'; ${relaunch} }`);
    return file;
  }

  test('the arguments and the exit code pass through', () => {
    const file = script('exit.mjs', 'console.log(process.argv.slice(2).join()); process.exitCode = 7;');
    const { stdout, status } = spawnSync(process.execPath, [file, 'a', '--b'], { encoding: 'utf8' });
    expect({ stdout, status }).toEqual({ stdout: 'a,--b\n', status: 7 });
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('%s asks for a clean end, once', async (signal) => {
    const file = script(
      `${signal}.mjs`,
      `let count = 0; const alive = setInterval(() => {}, 1000);
       for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => {
         count += 1; clearInterval(alive); setImmediate(() => console.log('asked', count)); });
       console.log('up');`,
    );
    const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (output === '') child.kill(signal);
      output += text;
    });
    const [status] = (await once(child, 'close')) as [number | null];
    expect({ output, status }).toEqual({ output: 'up\nasked 1\n', status: 0 });
  });

  test('a child that a signal ended ends the parent by the same signal', () => {
    const file = script('killed.mjs', `process.kill(process.pid, 'SIGKILL');`);
    expect(spawnSync(process.execPath, [file]).signal).toBe('SIGKILL');
  });

  test('no newer Node at hand: one line that says what to do', () => {
    const { stderr, status } = spawnSync(process.execPath, [script('none.mjs', '', 99)], { encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^cosi: needs Node 99 or newer, this is v[\d.]+: .*npm ci.*\n$/);
  });
});
