import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { startCosi, temporaryDirectory, type Running } from '../../process.ts';
import { describeWithGo, goTests } from '../go-program.ts';
import { takeOrders } from './bare-state.ts';
import { expectGoTest } from './go-test.ts';

async function serve(...args: readonly string[]): Promise<{ server: Running; address: string }> {
  const server = startCosi('state', 'serve', ...args);
  await server.until(/address=\S+/);
  return { server, address: /address=(\S+)/.exec(server.err())?.[1] ?? '' };
}

describeWithGo('`cosi state serve`', () => {
  beforeAll(() => goTests('state'));

  test('is a state to programs in Go, on a unix socket', async () => {
    const socket = `unix:${join(await temporaryDirectory(), 'state.sock')}`;
    await serve('--listen', socket);
    await expectGoTest('TestStateConformance', { COSI_STATE: socket });
  });

  test('is a state to admins on a port, by mutual TLS', async () => {
    const directory = await temporaryDirectory();
    expect(await startCosi('gen', 'certs', '-o', directory).ended).toMatchObject({ code: 0 });
    const file = (name: string): string => join(directory, name);
    const tls = ['--tls-ca', file('ca.crt'), '--tls-cert', file('server.crt'), '--tls-key', file('server.key')];
    const { address } = await serve('--listen', '127.0.0.1:0', ...tls);
    await expectGoTest('TestStateConformance', { COSI_STATE: address, COSI_CERTIFICATES: directory });
  });

  test('does not let a watch believe that it missed nothing when it crashed', async () => {
    const socket = `unix:${join(await temporaryDirectory(), 'state.sock')}`;
    let { server } = await serve('--listen', socket);
    const empty = async (): Promise<void> => {
      await server.end('SIGKILL');
      ({ server } = await serve('--listen', socket));
    };
    const control = await takeOrders({ '/empty': empty });
    await expectGoTest('TestWatchOfLostState', { COSI_STATE: socket, COSI_CONTROL: control });
  });
});
