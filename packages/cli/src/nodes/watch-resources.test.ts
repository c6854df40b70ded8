import { join } from 'node:path';
import { Member, type MemberSpec } from '@cosi-ts/resources';
import { beforeEach, expect, test } from 'vitest';
import { finish, start, startNode, temporaryDirectory, type FixtureNode } from './nodes.fixture.ts';

let cluster: string;
let first: FixtureNode;
let second: FixtureNode;

const spec = (hostname: string): MemberSpec => ({
  nodeId: '',
  addresses: [],
  hostname,
  machineType: 'worker',
  operatingSystem: 'os',
});

beforeEach(async () => {
  cluster = await temporaryDirectory();
  first = await startNode(join(cluster, 'node-1'), {
    addresses: ['10.0.0.1/8'],
    resources: [Member.create('a', spec('a')), Member.create('long', spec('long'))],
  });
  second = await startNode(join(cluster, 'node-2'), { addresses: ['10.0.0.2/8'] });
});

const watch = (...argv: readonly string[]) => start(['get', 'members', '-w', '--state', cluster, ...argv]);

test('what there is in one table, then what happens on any node, each event aligned alone', async () => {
  const command = watch();
  await command.lines(3);
  await second.state.create(Member.create('a', spec('a')));
  await command.lines(4);
  await first.state.update(await first.state.get(Member.pointer('a')));
  await command.lines(5);
  await first.state.destroy(Member.pointer('long'));
  await command.lines(6);
  command.stop();
  expect(await command.exitCode).toBe(0);
  expect(command.err).toBe('');
  expect(command.out)
    .toBe(`NODE       *   NAMESPACE   TYPE     ID     VERSION   HOSTNAME   MACHINE TYPE   OS   ADDRESSES
10.0.0.1   +   cluster     Member   a      1         a          worker         os   []
10.0.0.1   +   cluster     Member   long   1         long       worker         os   []
10.0.0.2   +   cluster   Member   a   1   a   worker   os   []
10.0.0.1       cluster   Member   a   2   a   worker   os   []
10.0.0.1   -   cluster   Member   long   1   long   worker   os   []
`);
});

test('one resource: how it is on each node, which may be not at all, and what becomes of it', async () => {
  const command = watch('a', '-o', 'jsonpath={.node}{.event}{.spec.hostname}', '-n', 'node-1');
  await command.lines(3);
  await first.state.create(Member.create('b', spec('b')));
  await first.state.destroy(Member.pointer('a'));
  await command.lines(6);
  command.stop();
  expect(await command.exitCode).toBe(0);
  expect(command.out).toBe('10.0.0.1\ncreated\na\n10.0.0.1\ndestroyed\na\n');
});

test('one that some node does not have', async () => {
  const command = watch('a');
  await command.lines(3);
  command.stop();
  expect(await command.exitCode).toBe(0);
  expect(command.out)
    .toBe(`NODE       *   NAMESPACE   TYPE     ID   VERSION     HOSTNAME   MACHINE TYPE   OS   ADDRESSES
10.0.0.1   +   cluster     Member   a    1           a          worker         os   []
10.0.0.2   -   cluster     Member   a    undefined                                  
`);
});

test('an event that cannot be printed is told of, and the next one is printed', async () => {
  const command = watch('-o', 'jsonpath={.metadata.labels.x}', '-n', '10.0.0.2');
  const { state } = second;
  await command.lines(0);
  await state.create(Member.create('a', spec('a')));
  await command.lines(1);
  command.stop();
  expect(await command.exitCode).toBe(0);
  expect([command.out, command.err]).toEqual([
    '',
    'cosi: 10.0.0.2: error finding result for jsonpath: labels is not found\n',
  ]);
});

test('a node that goes away is told of, and watched again when it is back, with what changed meanwhile', async () => {
  const command = watch('-o', 'name');
  await command.lines(2);
  await first.listener.close(0);
  await command.lines(3);
  expect(command.err).toMatch(/^cosi: 10\.0\.0\.1: the node cannot be reached .*; watching goes on once it can\n$/);
  await second.state.create(Member.create('b', spec('b')));
  await command.lines(4);
  await startNode(join(cluster, 'node-1'), {
    addresses: ['10.0.0.1/8'],
    resources: [Member.create('a', spec('a')), Member.create('later', spec('later'))],
  });
  await command.lines(6);
  command.stop();
  expect(await command.exitCode).toBe(0);
  const names = command.out.split('\n').map((name) => name.replace('members.cluster.talos.dev/', ''));
  expect(names.slice(0, 3)).toEqual(['a', 'long', 'b']);
  // It is another `long` and no `a` that changed, since the clock of these nodes stands still.
  expect(names.slice(3).sort()).toEqual(['', 'later', 'long']);
});

test('stopped before it began', async () => {
  const ending = new AbortController();
  ending.abort();
  const { exitCode, err } = await finish(['get', 'members', '-w', '--state', cluster], {
    stopped: () => ending.signal,
  });
  expect([exitCode, err]).toEqual([0, '']);
});
