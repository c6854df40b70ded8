import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { silentLogger } from '../../host/logger.ts';
import type { RpcChannel, RpcListener, RpcService, ServerCall, TlsIdentity } from '../rpc.ts';
import { createAuthority, issue, type Authority } from './certificates.fixture.ts';
import { grpcRpc } from './grpc-rpc.ts';

const rpc = grpcRpc(silentLogger);
const NOTHING = new Uint8Array(0);
const calls: ServerCall[] = [];
let authority: Authority;
let server: TlsIdentity;
let listener: RpcListener;
const echo: RpcService = {
  name: 't.T',
  unary: new Map([['/t.T/Call', (request: Uint8Array) => request]]),
  streams: new Map(),
};

beforeAll(async () => {
  authority = await createAuthority('CN=here');
  server = await issue(authority, 'CN=server');
  listener = await rpc.listen({ address: '127.0.0.1:0', tls: { ...server, ca: authority.pem } }, [
    {
      name: 't.T',
      unary: new Map([
        [
          '/t.T/Call',
          (request, call) => {
            calls.push(call);
            return Promise.resolve(request);
          },
        ],
      ]),
      streams: new Map(),
    },
  ]);
});
afterAll(() => listener.close(0));

test('both sides are verified, and the client is known by its organizations', async () => {
  const tls = { ...(await issue(authority, 'CN=me, O=os:admin, O=os:reader')), ca: authority.pem };
  await calling(tls, async (channel) => {
    await channel.unary('/t.T/Call', NOTHING);
    const call = calls.at(-1);
    expect(call?.organizations).toEqual(['os:admin', 'os:reader']);
    const { fingerprint256 } = new X509Certificate(tls.certificate ?? '');
    expect(call?.fingerprint).toBe(fingerprint256.replaceAll(':', '').toLowerCase());
    expect(call?.peer).toMatch(/^127\.0\.0\.1:\d+$/);
  });
});

test.each([
  ['CN=me', []],
  ['CN=me, O=os:admin', ['os:admin']],
])('the organizations of %s are %j', async (subject, organizations) => {
  await calling({ ...(await issue(authority, subject)), ca: authority.pem }, async (channel) => {
    await channel.unary('/t.T/Call', NOTHING);
    expect(calls.at(-1)?.organizations).toEqual(organizations);
  });
});

test('a client without a certificate, or with one of another authority, is not let in', async () => {
  const stranger = await createAuthority('CN=elsewhere');
  const before = calls.length;
  await refused({ ca: authority.pem });
  await refused({ ...(await issue(stranger, 'CN=me, O=os:admin')), ca: authority.pem });
  expect(calls).toHaveLength(before);
});

test('a client refuses a server of another authority, or of another name', async () => {
  const stranger = await createAuthority('CN=elsewhere');
  const me = await issue(authority, 'CN=me');
  await refused({ ...me, ca: stranger.pem });
  await refused({ ...me, ca: authority.pem, serverName: 'other.example' });
  await calling({ ...me, ca: authority.pem }, (channel) => channel.unary('/t.T/Call', NOTHING));
});

test('a client without authorities of its own trusts those of SSL_CERT_FILE, as they are when it connects', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'roots-'));
  const file = join(directory, 'roots.pem');
  vi.stubEnv('SSL_CERT_FILE', file);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(directory, { recursive: true });
  });
  const open = await rpc.listen({ address: '127.0.0.1:0', tls: server }, [echo]);
  onTestFinished(() => open.close(0));
  const ask = async (): Promise<Uint8Array> => {
    const channel = rpc.connect({ address: open.address, tls: {} });
    return channel.unary('/t.T/Call', NOTHING).finally(() => channel.close());
  };
  writeFileSync(file, (await createAuthority('CN=elsewhere')).pem);
  await expect(ask()).rejects.toMatchObject({ status: 'UNAVAILABLE' });
  writeFileSync(file, authority.pem);
  expect(await ask()).toEqual(NOTHING);
  writeFileSync(file, 'no certificate');
  await expect(ask()).rejects.toMatchObject({ status: 'INVALID_ARGUMENT' });
});

test('a server without an authority takes any client', async () => {
  const open = await rpc.listen({ address: '127.0.0.1:0', tls: server }, []);
  await calling(
    { ca: authority.pem },
    (channel) => expect(channel.unary('/t.T/Call', NOTHING)).rejects.toMatchObject({ status: 'UNIMPLEMENTED' }),
    open,
  );
  await open.close();
});

test('a plaintext client gets nowhere', async () => {
  await refused(undefined);
});

test('what is no identity is INVALID_ARGUMENT', async () => {
  const invalid = { status: 'INVALID_ARGUMENT' };
  const other = await issue(authority, 'CN=other');
  const mismatch = { certificate: server.certificate, key: other.key };
  const address = '127.0.0.1:0';
  expect(() => rpc.connect({ address, tls: { ca: 'no PEM' } })).toThrow(expect.objectContaining(invalid));
  expect(() => rpc.connect({ address, tls: mismatch })).toThrow(expect.objectContaining(invalid));
  await expect(rpc.listen({ address, tls: {} }, [])).rejects.toMatchObject(invalid);
  await expect(rpc.listen({ address, tls: mismatch }, [])).rejects.toMatchObject(invalid);
});

async function refused(tls: TlsIdentity | undefined): Promise<void> {
  await calling(tls, (channel) =>
    expect(channel.unary('/t.T/Call', NOTHING)).rejects.toMatchObject({ status: 'UNAVAILABLE' }),
  );
}

async function calling(
  tls: TlsIdentity | undefined,
  use: (channel: RpcChannel) => Promise<unknown>,
  at: RpcListener = listener,
): Promise<void> {
  const channel = rpc.connect({ address: at.address, tls: tls && { serverName: 'server.example', ...tls } });
  try {
    await use(channel);
  } finally {
    channel.close();
  }
}
