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
  const done = run(['discovery', 'serve', '--landing-addr=', '--metrics-addr=', ...args], {
    out: sink(() => undefined),
    err: sink((text) => (err += text)),
    env: {},
    cwd: directory,
    version: () => '1.2.3',
    stopped: () => ending.signal,
  });
  const logged = async (pattern: RegExp): Promise<string> => {
    await expect.poll(() => err).toMatch(pattern);
    return pattern.exec(err)?.[1] ?? '';
  };
  const listening = () => logged(/listens address=(\S+)/);
  return { directory, done, err: () => err, logged, listening, stop: () => ending.abort() };
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

  test('has pages and metrics, where it is told to', async () => {
    const { done, logged, listening, stop } = start(
      '--addr=127.0.0.1:0',
      '--landing-addr=127.0.0.1:0',
      '--metrics-addr=127.0.0.1:0',
      '--snapshots-enabled=false',
    );
    const get = async (address: string, path: string) => (await fetch(`http://${address}${path}`)).text();
    for (const address of [await listening(), await logged(/landingAddress=(\S+)/)]) {
      expect(await get(address, '/stats')).toBe('{"affiliates":0}');
    }
    const channel = realHost().rpc.connect({ address: await listening() });
    await channel.unary('/sidero.discovery.server.Cluster/Hello', Buffer.from('0a0163120676312e322e33', 'hex'));
    channel.close();
    const metrics = await get(await logged(/metrics are served address=(\S+)/), '/metrics');
    expect(metrics).toContain('discovery_server_hello_requests_total{client_version="v1.2"} 1');
    expect(metrics).toContain('process_cpu_user_seconds_total');
    expect(metrics).not.toContain('discovery_storage');
    stop();
    expect(await done).toBe(0);
  });

  test.each<[string, RegExp, number]>([
    ['--certificate-path=cert.pem', /TLS needs both/, 1],
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
