import { join } from 'node:path';
import {
  Affiliate,
  DiscoveryConfig,
  MachineConfig,
  Member,
  ResourceDefinition,
  typeRegistry,
  type MemberSpec,
} from '@cosi-ts/resources';
import { collection } from '@cosi-ts/runtime';
import { beforeAll, expect, test } from 'vitest';
import { startCosi } from '../../process.ts';
import { describeWithGo } from '../go-program.ts';
import { OPEN, startCluster, talosctl, type Cluster } from './cluster.ts';

/** Programs start often, on machines that may be busy. */
const TIMEOUT = 300_000;

/** Runs the same with both programs: what they print is the same to the character, and so is how they end. */
async function expectSame({ talosctl, cosi }: Cluster, ...args: readonly string[]): Promise<string> {
  const [theirs, ours] = await Promise.all([talosctl(...args), cosi(...args)]);
  expect({ args, code: ours.code, out: ours.out }).toEqual({ args, code: theirs.code, out: theirs.out });
  expect(theirs).toMatchObject({ code: 0, err: '' });
  return theirs.out;
}

describeWithGo('talosctl, and what cosi prints', () => {
  beforeAll(() => talosctl());

  test('print resources alike', { timeout: TIMEOUT }, async () => {
    const cluster = await startCluster();
    const [first = '', second = ''] = cluster.nodes;
    const members = await expectSame(cluster, 'get', 'members');
    expect(members.split('\n')).toHaveLength(1 + 3 * 3 + 1);
    for (const args of [
      ['members', '-o', 'yaml'],
      ['members', '-o', 'json'],
      ['members', '-o', 'jsonpath={.metadata.id}'],
      ['members', '-o', 'jsonpath={.spec.addresses}'],
      ['members', '-o', 'jsonpath={.spec.addresses[0]}'],
      ['members', '-o', 'jsonpath={.spec}'],
      ['members', '-n', second],
      ['members', '-n', `${second},${first}`],
      ['MEMBERS.cluster', 'talos-default-worker-1'],
      ['member', 'talos-default-worker-1', '-o', 'yaml'],
      ['affiliates', '--namespace', 'cluster-raw'],
      ['affiliates', '--namespace', 'cluster-raw', '-o', 'yaml'],
      ['rd'],
    ]) {
      await expectSame(cluster, 'get', ...args);
    }
  });

  test('call a node as they were told to', { timeout: TIMEOUT }, async () => {
    const cluster = await startCluster();
    const args = ['get', 'members', '-n', 'talos-default-worker-1'];
    const theirs = await cluster.talosctl(...args);
    expect(theirs.out).toMatch(/^talos-default-worker-1 {3}cluster/m);
    const configuration = join(cluster.directory, 'talosconfig');
    expect(await startCosi(...args, '--talosconfig', configuration).ended).toMatchObject({ code: 0, out: theirs.out });
  });

  test('print every type alike', { timeout: TIMEOUT }, async () => {
    const cluster = await startCluster();
    const [first = ''] = cluster.nodes;
    for (const { type } of typeRegistry()) {
      for (const format of ['table', 'yaml']) await expectSame(cluster, 'get', type, '-n', first, '-o', format);
    }
    const config = await expectSame(cluster, 'get', 'machineconfig', 'v1alpha1', '-n', first, '-o', 'yaml');
    expect(config).toMatch(/\n {8}talos\.dev\/yaml-spec: 1\nspec: \|\n {4}# The machine configuration/);
    for (const { type } of [Affiliate, DiscoveryConfig, MachineConfig, ResourceDefinition]) {
      await expectSame(cluster, 'get', type, '-n', first, '-o', 'json');
    }
  });

  test('refuse alike', { timeout: TIMEOUT }, async () => {
    const cluster = await startCluster();
    for (const [args, reason] of [
      [['nothing'], 'resource "nothing" is not registered'],
      [['ksps'], 'resource type "ksps" is ambiguous'],
      [['members', 'nobody'], "resource Members.cluster.talos.dev(cluster/nobody@undefined) doesn't exist"],
      [['members', '--namespace', 'nowhere'], 'namespace "nowhere" is not'],
      [['members', '-n', '172.20.0.9'], '172.20.0.9'],
      [['members', '-o', 'jsonpath={.nothing}'], 'nothing is not found'],
    ] as const) {
      const theirs = await cluster.talosctl('get', ...args);
      const ours = await cluster.cosi('get', ...args);
      expect([theirs.code, ours.code]).toEqual([1, 1]);
      expect(theirs.err).toContain(reason);
      expect(ours.err).toContain(reason);
    }
    const secret = await cluster.talosctlAsReader('get', 'kubespanidentities');
    expect(secret).toMatchObject({ code: 1, err: expect.stringContaining('not authorized') });
    expect(secret.out).not.toContain('privateKey');
    expect(await cluster.talosctlAsReader('get', 'members')).toMatchObject({ code: 0, err: '' });
  });

  test('follow what changes alike', { timeout: TIMEOUT }, async () => {
    const cluster = await startCluster();
    const [first = ''] = cluster.nodes;
    const members = collection(cluster.state, Member.in(OPEN));
    await members.create('a', member('a'));
    await members.create('b', member('b'));

    const watches = [
      ['members'],
      ['members', '-o', 'yaml'],
      ['members', '-o', 'json'],
      ['members', 'b', '-o', 'yaml'],
    ].map((what) => {
      const args = ['get', ...what, '--namespace', OPEN, '-n', first, '-w'];
      return { args, both: [cluster.startTalosctl(...args), cluster.startOwn(...args)] };
    });
    const all = watches.flatMap(({ both }) => both);
    await Promise.all(all.map((watch) => watch.until((out) => out.includes('b.example'))));
    await members.create('c', member('a-much-longer-name'));
    await members.modify('b', (draft) => void (draft.hostname = 'renamed'));
    await members.destroy('a');
    await members.destroy('b');
    await Promise.all(
      all.map((watch) => watch.until((out) => /- .* b |event: destroyed[^]*id: b|destroyed"[^]*"b"/.test(out))),
    );
    for (const { args, both } of watches) {
      const [theirs, ours] = both.map((watch) => watch.out());
      expect({ args, out: ours }).toEqual({ args, out: theirs });
    }
    await Promise.all(all.map((watch) => watch.end('SIGINT')));
  });

  test('ask what a node is', { timeout: TIMEOUT }, async () => {
    const cluster = await startCluster();
    const version = await cluster.talosctl('version');
    expect(version).toMatchObject({ code: 0, err: '' });
    expect(version.out.match(/NODE: +172\.20\.0\.\d/g)).toHaveLength(3);
    const [first = ''] = cluster.nodes;
    await expectSame(cluster, 'inspect', 'dependencies', '-n', first);
    for (const more of [[], ['--with-resources']]) {
      const graph = await cluster.talosctl('inspect', 'dependencies', '-n', first, ...more);
      expect(graph).toMatchObject({ code: 0, err: '' });
      expect(graph.out).toContain('label="cluster.MemberController"');
    }
  });
});

function member(hostname: string): MemberSpec {
  return {
    nodeId: `id of ${hostname}`,
    addresses: [],
    hostname: `${hostname}.example`,
    machineType: 'worker',
    operatingSystem: 'Talos (v1.3.0)',
  };
}
