import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { silentLogger } from '../../host/logger.ts';
import type { RpcService } from '../rpc.ts';
import { grpcRpc } from './grpc-rpc.ts';

const rpc = grpcRpc(silentLogger);
const HELLO = Uint8Array.of(1, 2, 3);
const METHOD = '/t.T/Call';

afterEach(() => vi.unstubAllEnvs());

test('connections go through the proxy that the environment names when they are made', async () => {
  const address = await listen();
  const [first, second] = [await proxyTo(address), await proxyTo(address)];
  vi.stubEnv('http_proxy', first.url);
  expect(await ask('service.example:3000')).toEqual(HELLO);
  vi.stubEnv('http_proxy', second.url);
  expect(await ask('service.example:3000')).toEqual(HELLO);
  expect([first.asked, second.asked]).toEqual([['service.example:3000'], ['service.example:3000']]);
});

test('loopback addresses, and what no_proxy names, are reached directly', async () => {
  const address = await listen();
  const proxy = await proxyTo(address);
  vi.stubEnv('http_proxy', proxy.url);
  expect(await ask(address)).toEqual(HELLO);
  vi.stubEnv('no_proxy', 'service.invalid');
  await expect(ask('service.invalid:3000')).rejects.toMatchObject({ status: 'UNAVAILABLE' });
  expect(proxy.asked).toEqual([]);
});

async function listen(): Promise<string> {
  const service: RpcService = {
    name: 't.T',
    unary: new Map([[METHOD, (bytes: Uint8Array) => bytes]]),
    streams: new Map(),
  };
  const listener = await rpc.listen({ address: '127.0.0.1:0' }, [service]);
  onTestFinished(() => listener.close(0));
  return listener.address;
}

async function ask(address: string): Promise<Uint8Array> {
  const channel = rpc.connect({ address });
  return channel.unary(METHOD, HELLO, { timeout: 10_000 }).finally(() => channel.close());
}

/** An HTTP proxy that knows one service, whatever it is asked for. */
async function proxyTo(address: string) {
  const asked: string[] = [];
  const { port } = new URL(`http://${address}`);
  const proxy = createServer().on('connect', ({ url = '' }, client) => {
    asked.push(url);
    const service = connect({ host: '127.0.0.1', port: Number(port) }, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      service.pipe(client).pipe(service);
    });
    for (const socket of [client, service]) socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void proxy.close());
  return { asked, url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
}
