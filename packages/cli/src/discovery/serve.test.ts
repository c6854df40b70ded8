import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { realHost } from '@cosi-ts/core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { run } from '../program.ts';

/** The command as a process runs it, with a place for its files. */
function start(...args: string[]) {
  const directory = mkdtempSync(join(tmpdir(), 'cosi-serve-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const ending = new AbortController();
  let err = '';
  const sink = (write: (text: string) => void) => ({ isTerminal: false, columns: undefined, write });
  const done = run(['discovery', 'serve', ...args], {
    out: sink(() => undefined),
    err: sink((text) => (err += text)),
    env: {},
    cwd: directory,
    version: () => '1.2.3',
    stopped: () => ending.signal,
  });
  const listening = async (): Promise<string> => {
    const pattern = /listens address=(\S+)/;
    await expect.poll(() => err).toMatch(pattern);
    return pattern.exec(err)?.[1] ?? '';
  };
  return { directory, done, err: () => err, listening, stop: () => ending.abort() };
}

describe('cosi discovery serve', () => {
  test('serves until it is told to stop, and keeps its state then', async () => {
    const { directory, done, listening, stop } = start('--addr=127.0.0.1:0', '--snapshot-path=state/file.binpb');
    const channel = realHost().rpc.connect({ address: await listening() });
    const hello = Uint8Array.from([0x0a, 1, 0x63]);
    const answer = await channel.unary('/sidero.discovery.server.Cluster/Hello', hello);
    expect([...answer]).toEqual([0x12, 4, 127, 0, 0, 1]);
    channel.close();
    stop();
    expect(await done).toBe(0);
    expect(readdirSync(join(directory, 'state'))).toEqual(['file.binpb']);
  });

  test('sends single clusters elsewhere, also those whose id ends in an equals sign', async () => {
    const { done, listening, stop } = start(
      '--addr=127.0.0.1:0',
      '--snapshots-enabled=false',
      '--redirect-cluster=a==host:1',
      '--redirect-cluster=b=host:2',
    );
    const channel = realHost().rpc.connect({ address: await listening() });
    const hello = async (id: string) => {
      const request = Buffer.concat([Uint8Array.of(0x0a, id.length), Buffer.from(id)]);
      return Buffer.from(await channel.unary('/sidero.discovery.server.Cluster/Hello', request)).toString('latin1');
    };
    expect(await hello('a=')).toContain('host:1');
    expect(await hello('b')).toContain('host:2');
    expect(await hello('c')).not.toContain('host');
    channel.close();
    stop();
    expect(await done).toBe(0);
  });

  test.each<[string, RegExp, number]>([
    ['--gc-interval=abc', /'--gc-interval <duration>'.*duration like/, 2],
    ['--snapshots-enabled=maybe', /true or false/, 2],
    ['--rate-burst=0', /at least 1/, 2],
    ['--redirect-cluster=host:1', /ID=HOST:PORT/, 2],
    ['--debug-addr=:2123', /unknown option/, 2],
    ['--addr=nonsense', /"nonsense" is no address/, 1],
  ])('refuses %s in one line', async (option, message, exitCode) => {
    const { done, err } = start('--snapshots-enabled=false', option);
    expect(await done).toBe(exitCode);
    expect(err()).toMatch(message);
    expect(err().trimEnd().split('\n')).toHaveLength(1);
  });

  test('says why when its last snapshot cannot be saved', async () => {
    const { done, err, listening, stop } = start('--addr=127.0.0.1:0', '--snapshot-path=/dev/null/state.binpb');
    await listening();
    stop();
    expect(await done).toBe(1);
    expect(err()).toMatch(/\ncosi: .*\/dev\/null.*\n$/);
  });
});
