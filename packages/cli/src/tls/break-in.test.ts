import { rm, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Owner, realHost, type CallOptions, type RpcChannel, type TlsIdentity } from '@cosi-ts/core';
import { KubeSpanIdentity, Member, Namespace, typeRegistry, type MemberSpec } from '@cosi-ts/resources';
import { remoteState } from '@cosi-ts/runtime';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startCluster } from '../cluster/cluster.ts';
import { loadOrCreateAuthority } from '../cluster/os-authority.ts';
import { newAuthority, type Authority, type CertificateRequest } from './authority.ts';

const host = realHost();
const types = typeRegistry();
const HOUR = 60 * 60_000;
const VERSION = '/machine.MachineService/Version';
const DEPENDENCIES = '/inspect.InspectService/ControllerRuntimeDependencies';
const NOTHING = new Uint8Array(0);
const NODES = ['talos-default-controlplane-1', 'talos-default-worker-1'];

/** Ends with the file: all of its tests knock at the same door. */
const owner = new Owner('cluster');
let directory: string;
let address: string;
let authority: Authority;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cosi-'));
  const os = { name: 'Talos', version: 'v1.3.0' };
  const common = { nodes: 2, workers: 1, reset: false, ttl: 60_000, openNamespaces: new Set(['open']) };
  const cluster = await startCluster({ ...common, host, owner, directory, os, tls: true });
  address = cluster.api ?? '';
  authority = await loadOrCreateAuthority(host, directory);
});
afterAll(async () => {
  await owner.close();
  await rm(directory, { recursive: true });
});

describe('who is not let in at all', () => {
  const admin: CertificateRequest = { use: 'client', organization: 'os:admin', lifetime: HOUR };

  test.each<[string, () => Promise<TlsIdentity>]>([
    ['has no certificate', () => Promise.resolve({})],
    ['has one of another authority', async () => (await newAuthority(host, 'talos')).issue(admin)],
    ['signed its own', async () => newAuthority(host, 'os:admin')],
    ['has one that is expired', () => authority.issue({ ...admin, lifetime: -60_000 })],
    ['has that of a server', () => authority.issue({ ...admin, use: 'server', names: ['127.0.0.1'] })],
  ])('who %s', async (_who, identity) => {
    const { certificate, key } = await identity();
    const channel = knock({ certificate, key });
    for (const method of [VERSION, '/cosi.resource.State/Create']) {
      await expect(channel.unary(method, NOTHING)).rejects.toMatchObject({ status: 'UNAVAILABLE' });
    }
  });
});

describe('what roles allow', () => {
  test.each<[string, string | readonly string[] | undefined]>([
    ['none', undefined],
    ['an empty one', ''],
    ['unknown ones', ['os:root', 'admin', 'OS:ADMIN', 'os:admin,os:reader', ' os:admin']],
    ['that of a node that speaks for others', 'os:impersonator'],
  ])('%s: nothing', async (_what, organization) => {
    const channel = await as(organization);
    const metadata = { 'talos-role': 'os:admin', proxyfrom: '172.20.0.2' };
    const refused = { status: 'PERMISSION_DENIED', message: 'not authorized' };
    for (const method of [VERSION, DEPENDENCIES, '/cosi.runtime.Trace/Trace', '/cosi.resource.State/Get']) {
      await expect(channel.unary(method, NOTHING, { metadata })).rejects.toMatchObject(refused);
    }
    for (const method of ['/cosi.resource.State/List', '/cosi.resource.State/Watch']) {
      await expect(channel.stream(method, NOTHING, { metadata }).next()).rejects.toMatchObject(refused);
    }
  });

  test('the highest of several counts', async () => {
    for (const [roles, sees] of [
      [['somebody', 'os:reader'], false],
      [['os:reader', 'os:admin'], true],
    ] as const) {
      const state = remoteState(await as(roles), { types });
      expect((await state.list(Namespace)).length).toBeGreaterThan(0);
      const secrets = state.list(KubeSpanIdentity);
      if (sees) await expect(secrets).resolves.toHaveLength(1);
      else await expect(secrets).rejects.toThrow('not authorized');
    }
  });

  test('readers and operators write nowhere, admins where it is open to them', async () => {
    const spec: MemberSpec = { nodeId: '', addresses: [], hostname: '', machineType: 'worker', operatingSystem: '' };
    for (const role of ['os:reader', 'os:operator', 'os:admin']) {
      const channel = await as(role);
      const state = remoteState(channel, { types });
      for (const namespace of ['cluster', 'open']) {
        const resource = Member.in(namespace).create('x', spec);
        const isAllowed = role === 'os:admin' && namespace === 'open';
        const answers = [
          () => state.create(resource),
          async () => state.update((await state.list(resource.metadata))[0] ?? resource),
          () => state.teardown(resource.metadata),
          () => state.destroy(resource.metadata),
        ];
        for (const answer of answers) {
          if (isAllowed) await expect(answer()).resolves.not.toThrow();
          else await expect(answer()).rejects.toThrow(role === 'os:admin' ? 'write access' : 'not authorized');
        }
      }
      if (role === 'os:admin') continue;
      const both = channel.unary('/cosi.resource.State/TeardownAndDestroy', NOTHING);
      await expect(both).rejects.toMatchObject({ status: 'PERMISSION_DENIED' });
    }
  });
});

describe('metadata', () => {
  test.each<[string, CallOptions['metadata']]>([
    ['more nodes than there are anywhere', { nodes: Array.from({ length: 1001 }, (_, at) => `${at}`).join() }],
    ['two nodes where one is meant', { node: NODES.join() }],
  ])('that names %s is refused', async (_what, metadata) => {
    const answer = (await as('os:reader')).unary(VERSION, NOTHING, { metadata });
    await expect(answer).rejects.toMatchObject({ status: 'INVALID_ARGUMENT' });
  });

  test('that names a node again and again, or nodes within nodes, gets one answer for each', async () => {
    const channel = await as('os:reader');
    const nodes = Array.from({ length: 1000 }, (_, at) => NODES[at % 2]).join();
    for (const metadata of [{ nodes }, { nodes, node: NODES[0] ?? '', proxyfrom: '127.0.0.1' }]) {
      const answer = await channel.unary(VERSION, NOTHING, { metadata });
      expect(answer.length).toBeLessThan(1000);
    }
  });

  test('that is huge ends a call, and nothing else', async () => {
    const [channel, other] = [await as('os:reader'), await as('os:reader')];
    await other.unary(VERSION, NOTHING);
    const metadata = { node: NODES[0] ?? '', junk: 'x'.repeat(1024 * 1024) };
    await expect(channel.unary(VERSION, NOTHING, { metadata })).rejects.toMatchObject({ code: 'rpc' });
    expect((await other.unary(VERSION, NOTHING)).length).toBeGreaterThan(0);
    expect((await channel.unary(VERSION, NOTHING)).length).toBeGreaterThan(0);
  });
});

async function as(organization: string | readonly string[] | undefined): Promise<RpcChannel> {
  const { certificate, key } = await authority.issue({ use: 'client', organization, lifetime: HOUR });
  return knock({ certificate, key });
}

function knock(tls: TlsIdentity): RpcChannel {
  const channel = host.rpc.connect({ address, tls: { ca: authority.certificate, ...tls } });
  onTestFinished(() => channel.close());
  return channel;
}
