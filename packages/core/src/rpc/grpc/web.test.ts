import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { silentLogger } from '../../host/logger.ts';
import type { ListenOptions, RpcListener, TlsIdentity } from '../rpc.ts';
import type { WebHandler } from '../web.ts';
import { createAuthority, issue } from './certificates.fixture.ts';
import { grpcRpc } from './grpc-rpc.ts';

const rpc = grpcRpc(silentLogger);
const echo = new Map([['/t.T/Echo', (bytes: Uint8Array) => Promise.resolve(bytes)]]);

const pages: WebHandler = ({ method, path, query }) => {
  if (path === '/broken') throw new Error('secret');
  return Promise.resolve({ status: 200, headers: { 'x-page': path }, body: `${method} ${query.get('id')}` });
};

async function listen(options: ListenOptions = { web: pages }, tls?: TlsIdentity): Promise<RpcListener> {
  const services = [{ name: 't.T', unary: echo, streams: new Map() }];
  const listener = await rpc.listen({ address: '127.0.0.1:0', tls }, services, options);
  onTestFinished(() => listener.close(0));
  return listener;
}

async function echoes({ address }: RpcListener, tls?: TlsIdentity): Promise<number | undefined> {
  const channel = rpc.connect({ address, tls });
  try {
    return (await channel.unary('/t.T/Echo', Uint8Array.of(7)))[0];
  } finally {
    channel.close();
  }
}

/** What the listener first answers to these bytes. */
async function raw({ address }: RpcListener, ...pieces: (string | Buffer)[]): Promise<string> {
  const { hostname, port } = new URL(`http://${address}`);
  const socket = connectTcp(Number(port), hostname).setNoDelay(true);
  const first = new Promise<Buffer>((resolve) => socket.once('data', resolve));
  for (const piece of pieces) {
    socket.write(piece);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const answer = await first;
  socket.destroy();
  return answer.toString('latin1');
}

describe('one plaintext port', () => {
  test('serves calls and pages', async () => {
    const listener = await listen();
    const answer = await fetch(`http://${listener.address}/a/b?id=1&x=2`);
    expect([answer.status, answer.headers.get('x-page'), await answer.text()]).toEqual([200, '/a/b', 'GET 1']);
    expect((await fetch(`http://${listener.address}/`, { method: 'HEAD' })).headers.get('content-length')).toBe('9');
    expect(await echoes(listener)).toBe(7);
  });

  test('tells them apart however the first bytes come', async () => {
    const listener = await listen();
    expect(await raw(listener, 'P', 'RI', 'NT / HTTP/1.1\r\n', 'host: x\r\n\r\n')).toMatch(/^HTTP\/1.1 400/);
    expect(await raw(listener, 'G', 'ET /', ' HTTP/1.1\r\nhost: x\r\n\r\n')).toMatch(/^HTTP\/1.1 200[^]*GET null$/);
    const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
    const http2 = await raw(listener, 'PRI * HTTP', '/2.0\r\n\r\nSM\r\n\r', '\n', settings);
    expect(http2.charCodeAt(3)).toBe(4);
  });

  test('keeps what went wrong in a page to itself', async () => {
    const answer = await fetch(`http://${(await listen()).address}/broken`);
    expect([answer.status, await answer.text()]).toEqual([500, 'internal error\n']);
  });

  test('closes although a client says nothing', async () => {
    const listener = await listen();
    const { hostname, port } = new URL(`http://${listener.address}`);
    const socket = connectTcp(Number(port), hostname);
    await once(socket, 'connect');
    await listener.close(10);
    await once(socket, 'close');
  });

  test('without pages answers no browser', async () => {
    await expect(fetch(`http://${(await listen({})).address}/`)).rejects.toThrow('fetch failed');
  });

  test('has no identity to renew', async () => {
    const listener = await listen();
    expect(() => listener.renew({})).toThrow(expect.objectContaining({ status: 'INVALID_ARGUMENT' }));
  });
});

describe('one TLS port', () => {
  test('serves calls and pages, by ALPN or without', async () => {
    const authority = await createAuthority('CN=here');
    const listener = await listen({ web: pages }, await issue(authority, 'CN=server'));
    const tls = { ca: authority.pem, serverName: 'server.example' };
    expect(await echoes(listener, tls)).toBe(7);
    for (const ALPNProtocols of [['http/1.1'], undefined]) {
      expect(await get(listener, { ca: authority.pem, ALPNProtocols })).toBe('GET null');
    }
    expect((await handshake(listener, { ca: authority.pem, ALPNProtocols: ['h2', 'http/1.1'] })).alpn).toBe('h2');
    await expect(handshake(listener, { ca: authority.pem, ALPNProtocols: ['h3'] })).rejects.toThrow(/alert|alpn/i);
    await expect(handshake(listener, { ca: authority.pem, maxVersion: 'TLSv1.1' })).rejects.toThrow();
  });

  test('shows a renewed identity to new connections, and keeps its own if that is none', async () => {
    const [before, after] = [await createAuthority('CN=before'), await createAuthority('CN=after')];
    const listener = await listen({}, await issue(before, 'CN=server'));
    const channel = rpc.connect({ address: listener.address, tls: { ca: before.pem, serverName: 'server.example' } });
    onTestFinished(() => channel.close());
    await channel.unary('/t.T/Echo', Uint8Array.of(1));
    listener.renew(await issue(after, 'CN=server'));
    expect((await handshake(listener, { ca: after.pem, ALPNProtocols: ['h2'] })).issuer).toBe('after');
    const invalid = expect.objectContaining({ status: 'INVALID_ARGUMENT' });
    const other = await issue(before, 'CN=other');
    const mismatch = { ...other, key: (await issue(before, 'CN=another')).key };
    for (const none of [{}, { certificate: 'no', key: 'PEM' }, mismatch]) {
      expect(() => listener.renew(none)).toThrow(invalid);
    }
    expect((await handshake(listener, { ca: after.pem, ALPNProtocols: ['h2'] })).issuer).toBe('after');
    await channel.unary('/t.T/Echo', Uint8Array.of(1));
  });
});

async function get({ address }: RpcListener, options: { ca: string; ALPNProtocols: string[] | undefined }) {
  const asked = request(`https://${address}/`, { ...options, agent: false }).end();
  const answer = await new Promise<IncomingMessage>((resolve) => asked.once('response', resolve));
  return (await answer.toArray()).join('');
}

async function handshake({ address }: RpcListener, options: ConnectionOptions) {
  const { hostname, port } = new URL(`http://${address}`);
  const socket = connectTls({ host: hostname, port: Number(port), ...options });
  await once(socket, 'secureConnect');
  const result = { alpn: socket.alpnProtocol, issuer: socket.getPeerCertificate().issuer.CN };
  socket.destroy();
  return result;
}
