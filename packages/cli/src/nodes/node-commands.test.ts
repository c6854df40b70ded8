import { join } from 'node:path';
import { Labels, Member, type MemberSpec } from '@cosi-ts/resources';
import { collection } from '@cosi-ts/runtime';
import { beforeEach, describe, expect, test } from 'vitest';
import { finish, start, startNode, temporaryDirectory, type FixtureNode } from './nodes.fixture.ts';

let cluster: string;
let first: FixtureNode;
let second: FixtureNode;

const spec = (hostname: string): MemberSpec => ({
  nodeId: 'id',
  addresses: [],
  hostname,
  machineType: 'worker',
  operatingSystem: 'os',
});

beforeEach(async () => {
  cluster = await temporaryDirectory();
  const labels = Labels.of({ role: 'worker', size: '5' });
  const resources = [Member.create('a', spec('a'), { labels, finalizers: ['f', 'g'] }), Member.create('b', spec('b'))];
  first = await startNode(join(cluster, 'node-1'), { addresses: ['10.0.0.1/8'], hostname: 'one', resources });
  second = await startNode(join(cluster, 'node-2'), { addresses: ['10.0.0.2/8'] });
});

const cosi = (...argv: readonly string[]) => finish([...argv, '--state', cluster]);

test('get selects by labels and ids', async () => {
  expect((await cosi('get', 'members', '-l', 'role=worker,size<10', '-o', 'name')).out).toMatch(/^\S+\/a\n$/);
  expect((await cosi('get', 'members', '--id', '^b$', '-o', 'name')).out).toMatch(/^\S+\/b\n$/);
  expect((await cosi('get', 'members', '-l', 'role=worker', '-l', 'size>5', '-o', 'name')).out).toBe('');
  const both = await cosi('get', 'members', 'a', '-l', 'role');
  expect([both.exitCode, both.err]).toEqual([
    2,
    'cosi: one resource is not selected from: give an id, or --selector and --id\n',
  ]);
  const command = start(['get', 'members', '-w', '-l', 'role', '-o', 'name', '--state', cluster]);
  await command.lines(1);
  await second.state.create(Member.create('c', spec('c')));
  await second.state.create(Member.create('d', spec('d'), { labels: Labels.of({ role: '' }) }));
  await command.lines(2);
  command.stop();
  await command.exitCode;
  expect(command.out.replaceAll('members.cluster.talos.dev/', '')).toBe('a\nd\n');
});

describe('version', () => {
  const SERVER = (node: string) => `\tNODE:        ${node}
\tTag:         v1.2.3
\tSHA:         
\tBuilt:       
\tGo version:  node
\tOS/Arch:     linux/amd64
\tEnabled:     RBAC
`;

  test('of the command and of each node', async () => {
    const { exitCode, out } = await cosi('version');
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^Client:\n\tTag: {9}v0\.0\.0\n/);
    expect(out.slice(out.indexOf('Server:'))).toBe(`Server:\n${SERVER('10.0.0.1')}${SERVER('10.0.0.2')}`);
  });

  test('of the command alone', async () => {
    expect((await cosi('version', '--client')).out).not.toContain('Server');
    const nothing = await finish(['version'], { cwd: await temporaryDirectory() });
    expect([nothing.exitCode, nothing.err, nothing.out.includes('Server')]).toEqual([0, '', false]);
    expect((await finish(['version', '--state', '/nowhere'])).exitCode).toBe(1);
  });
});

describe('inspect dependencies', () => {
  test('of one node', async () => {
    const { exitCode, out } = await cosi('inspect', 'dependencies', '-n', 'one', '--format', 'tree');
    expect([exitCode, out]).toEqual([
      0,
      `a.Controller
├── reads HostnameStatuses.net.talos.dev in network, hostname (weak)
└── writes Members.cluster.talos.dev (exclusive)
`,
    ]);
    const more = await cosi('inspect', 'dependencies', '-n', 'one', '--format', 'tree', '--with-resources');
    expect(more.out).toContain('in network, hostname (weak)\n│   └── network/hostname\n');
    expect((await cosi('inspect', 'dependencies', '-n', 'one')).out).toMatch(/^digraph {2}\{/);
  });

  test('not of several at a time', async () => {
    const { exitCode, err } = await cosi('inspect', 'dependencies');
    expect([exitCode, err]).toEqual([
      2,
      'cosi: one node is inspected at a time: choose one with -n (node-1, node-2)\n',
    ]);
  });
});

describe('describe', () => {
  test('tells all of a resource, on each node that has it', async () => {
    const { exitCode, out, err } = await cosi('describe', 'members/a');
    expect([exitCode, err]).toEqual([
      1,
      `cosi: 10.0.0.2: resource Members.cluster.talos.dev(cluster/a@undefined) doesn't exist\n`,
    ]);
    expect(out).toBe(`Node:         10.0.0.1
Namespace:    cluster
Type:         Members.cluster.talos.dev
ID:           a
Version:      1
Phase:        running
Owner:        <none>
Created:      2022-10-12T12:00:00Z
Updated:      2022-10-12T12:00:00Z
Labels:       role=worker
              size=5
Annotations:  <none>
Finalizers:   f
              g
Spec:
    nodeId: id
    addresses: []
    hostname: a
    machineType: worker
    operatingSystem: os
History:
    Members.cluster.talos.dev(cluster/a) created, version 1, from outside, 2022-10-12T12:00:00Z
`);
  });

  test('is of one resource', async () => {
    expect(await cosi('describe', 'members')).toMatchObject({
      exitCode: 2,
      err: 'cosi: the id is missing: write "cosi describe TYPE ID"\n',
    });
  });
});

describe('wait', () => {
  const waiting = (...argv: readonly string[]) => start(['wait', ...argv, '--state', cluster]);

  test('until every node has it', async () => {
    const command = waiting('members', 'a');
    await second.state.create(Member.create('a', spec('a')));
    expect(await command.exitCode).toBe(0);
  });

  test('until a node no longer has it, over its restarts', async () => {
    const command = waiting('members', 'a', '--for=delete');
    await first.listener.close(0);
    await startNode(join(cluster, 'node-1'), { addresses: ['10.0.0.1/8'] });
    expect(await command.exitCode).toBe(0);
  });

  test.each([
    ['phase=tearingDown', () => first.state.teardown(Member.pointer('b'))],
    ["jsonpath={.spec.hostname}=it's new", () => collection(first.state, Member).modify('b', setHostname("it's new"))],
    ['jsonpath=.spec.addresses[0]=10.0.0.1', () => collection(first.state, Member).modify('b', setAddress)],
    ['jsonpath={.metadata.version}=2', () => collection(first.state, Member).modify('b', setHostname('c'))],
  ])('--for=%s', async (condition, change) => {
    const command = waiting('members', 'b', '-n', 'node-1', `--for=${condition}`);
    const early = waiting('members', 'b', '-n', 'node-1', `--for=${condition}`, '--timeout', '1ms');
    expect(await early.exitCode).toBe(3);
    expect(early.err).toContain('10.0.0.1: Members.cluster.talos.dev(cluster/b) did not come to be as --for=');
    await change();
    expect([await command.exitCode, command.err]).toEqual([0, '']);
  });

  test.each(['', 'nothing', 'phase=x', 'jsonpath={.x', 'jsonpath={.x}'])('--for=%s is refused', async (condition) => {
    expect((await cosi('wait', 'members', 'a', `--for=${condition}`)).exitCode).toBe(2);
  });

  test('may be interrupted', async () => {
    const command = waiting('members', 'never');
    command.stop();
    expect([await command.exitCode, command.err]).toEqual([130, 'cosi: interrupted\n']);
  });
});

const setHostname = (hostname: string) => (draft: { hostname: string }) => {
  draft.hostname = hostname;
};

const setAddress = (draft: { addresses: string[] }): void => {
  draft.addresses = ['10.0.0.1'];
};
