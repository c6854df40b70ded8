import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { realHost } from '@cosi-ts/core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { run } from '../program.ts';
import { newAuthority } from '../tls/authority.ts';

const HELLO = '/sidero.discovery.server.Cluster/Hello';

/** The command as a process runs it, with a place for its files. */
function start(...args: string[]) {
  return startIn({}, ...args);
}

function startIn(env: NodeJS.ProcessEnv, ...args: string[]) {
  const directory = mkdtempSync(join(tmpdir(), 'cosi-serve-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const ending = new AbortController();
  let err = '';
  const sink = (write: (text: string) => void) => ({ isTerminal: false, columns: undefined, write });
  const done = run(['discovery', 'serve', '--landing-addr=', '--metrics-addr=', ...args], {
    out: sink(() => undefined),
    err: sink((text) => (err += text)),
    env,
    cwd: directory,
    version: () => '1.2.3',
    stopped: () => ending.signal,
  });
  const logged = async (pattern: RegExp): Promise<string> => {
    await expect.poll(() => err, { timeout: 10_000 }).toMatch(pattern);
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

  test.each<[string, NodeJS.ProcessEnv, readonly string[], boolean]>([
    ['--log-level=info', {}, [], false],
    ['--log-level=debug', {}, ['--log-level=debug'], true],
    ['--debug', {}, ['--debug'], true],
    ['MODE=dev', { MODE: 'dev' }, [], true],
    ['MODE=production', { MODE: 'production' }, [], false],
  ])('says in debug lines how calls went, if at all: %s', async (_, env, args, isVerbose) => {
    const { done, err, listening, stop } = startIn(env, '--addr=127.0.0.1:0', '--snapshots-enabled=false', ...args);
    const channel = realHost().rpc.connect({ address: await listening() });
    await channel.unary(HELLO, Uint8Array.of(0x0a, 1, 0x63));
    channel.close();
    stop();
    expect(await done).toBe(0);
    expect(/^debug .*\/Hello .*code=OK/m.test(err())).toBe(isVerbose);
  });

  test('has room for as many clusters and watches as it is told', async () => {
    const bounds = ['--max-clusters=1', '--max-watchers=1'];
    const { done, listening, stop } = start('--addr=127.0.0.1:0', '--snapshots-enabled=false', ...bounds);
    const channel = realHost().rpc.connect({ address: await listening() });
    const cluster = (id: string) => Buffer.from(`\n\u0001${id}`);
    const watch = (id: string) => channel.stream('/sidero.discovery.server.Cluster/Watch', cluster(id));
    const first = watch('a');
    expect(await first.next()).toHaveLength(0);
    const second = await watch('a')
      .next()
      .catch((error: unknown) => error);
    expect(second).toMatchObject({ status: 'RESOURCE_EXHAUSTED', message: expect.stringContaining('1 watches') });
    const update = Buffer.concat([cluster('b'), Buffer.from('\u0012\u0001n')]);
    const other = channel.unary('/sidero.discovery.server.Cluster/AffiliateUpdate', update);
    await expect(other).rejects.toMatchObject({ status: 'RESOURCE_EXHAUSTED' });
    channel.close();
    stop();
    expect(await done).toBe(0);
  });

  test('shows a renewed certificate to new connections', async () => {
    const authority = await newAuthority(realHost(), 'test');
    const identity = (commonName: string) =>
      authority.issue({ use: 'server', commonName, names: ['127.0.0.1'], lifetime: 60_000 });
    const [before, after] = [await identity('before'), await identity('after')];
    const place = mkdtempSync(join(tmpdir(), 'cosi-serve-'));
    onTestFinished(() => rmSync(place, { recursive: true }));
    const write = ({ certificate, key }: typeof before): void => {
      writeFileSync(join(place, 'tls.crt'), certificate);
      writeFileSync(join(place, 'tls.key'), key);
    };
    write(before);
    const paths = [`--certificate-path=${join(place, 'tls.crt')}`, `--key-path=${join(place, 'tls.key')}`];
    const { done, listening, logged, stop } = start('--addr=127.0.0.1:0', '--snapshots-enabled=false', ...paths);
    const address = await listening();
    expect(await shownBy(address)).toBe('before');
    write(after);
    await logged(/the certificate was (renewed)/);
    expect(await shownBy(address)).toBe('after');
    const channel = realHost().rpc.connect({ address, tls: { ca: authority.certificate } });
    expect(await channel.unary(HELLO, Uint8Array.of(0x0a, 1, 0x63))).toHaveLength(6);
    channel.close();
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

/** The common name of the certificate that a connection is shown. */
function shownBy(address: string): Promise<string | undefined> {
  const { hostname: host, port } = new URL(`https://${address}`);
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(port), rejectUnauthorized: false }, () => {
      const { subject } = socket.getPeerCertificate();
      socket.destroy();
      resolve([subject.CN].flat()[0]);
    });
    socket.once('error', reject);
  });
}
