import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Member } from '@cosi-ts/resources';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { finish, startNode, temporaryDirectory, type FixtureNode } from './nodes.fixture.ts';
import { firstNodeHas, members } from './talos-default.fixture.ts';

let cluster: string;
beforeEach(async () => {
  cluster = await temporaryDirectory();
});

const startFirst = (): Promise<FixtureNode> =>
  startNode(join(cluster, 'talos-default-controlplane-1'), {
    addresses: ['172.20.0.2/16'],
    hostname: 'cp-1',
    resources: firstNodeHas,
  });

const startWorker = (number: number): Promise<FixtureNode> =>
  startNode(join(cluster, `talos-default-worker-${number}`), {
    addresses: [`172.20.1.${number}/16`, `fd00::${number}/64`],
    hostname: `w-${number}`,
    resources: members.slice(0, 1),
  });

const get = (...argv: readonly string[]) => finish(['get', ...argv, '--state', cluster]);

/** What a command that only refuses gives: exit code 1 unless said, nothing but one line on standard error. */
const refusal = (line: string, exitCode = 1) => ({ exitCode, out: '', err: `cosi: ${line}\n` });
const printed = (out: string) => ({ exitCode: 0, out, err: '' });

describe('what the Talos page shows', () => {
  test('get members', async () => {
    const { state } = await startFirst();
    await state.update(await state.get(Member.pointer('talos-default-controlplane-1')));
    expect(await get('members')).toEqual(
      printed(
        `NODE         NAMESPACE   TYPE     ID                             VERSION   HOSTNAME                       MACHINE TYPE   OS                       ADDRESSES
172.20.0.2   cluster     Member   talos-default-controlplane-1   2         talos-default-controlplane-1   controlplane   Talos (v1.3.0-alpha.1)   ["172.20.0.2","fd83:b1f7:fcb5:2802:8c13:71ff:feaf:7c94"]
172.20.0.2   cluster     Member   talos-default-controlplane-2   1         talos-default-controlplane-2   controlplane   Talos (v1.3.0-alpha.1)   ["172.20.0.3","fd83:b1f7:fcb5:2802:986b:7eff:fec5:889d"]
172.20.0.2   cluster     Member   talos-default-controlplane-3   1         talos-default-controlplane-3   controlplane   Talos (v1.3.0-alpha.1)   ["172.20.0.4","fd83:b1f7:fcb5:2802:248f:1fff:fe5c:c3f"]
172.20.0.2   cluster     Member   talos-default-worker-1         1         talos-default-worker-1         worker         Talos (v1.3.0-alpha.1)   ["172.20.0.5","fd83:b1f7:fcb5:2802:cc80:3dff:fece:d89d"]
172.20.0.2   cluster     Member   talos-default-worker-2         1         talos-default-worker-2         worker         Talos (v1.3.0-alpha.1)   ["172.20.0.6","fd83:b1f7:fcb5:2802:2805:fbff:fe80:5ed2"]
`,
      ),
    );
  });

  test('get affiliates --namespace=cluster-raw', async () => {
    await startFirst();
    expect(await get('affiliates', '--namespace=cluster-raw')).toEqual(
      printed(
        `NODE         NAMESPACE     TYPE        ID                                                     VERSION   HOSTNAME                       MACHINE TYPE   ADDRESSES
172.20.0.2   cluster-raw   Affiliate   service/2VfX3nu67ZtZPl57IdJrU87BMjVWkSBJiL9ulP9TCnF    1         talos-default-controlplane-2   controlplane   ["172.20.0.3","fd83:b1f7:fcb5:2802:986b:7eff:fec5:889d"]
172.20.0.2   cluster-raw   Affiliate   service/6EVq8RHIne03LeZiJ60WsJcoQOtttw1ejvTS6SOBzhUA   1         talos-default-worker-1         worker         ["172.20.0.5","fd83:b1f7:fcb5:2802:cc80:3dff:fece:d89d"]
172.20.0.2   cluster-raw   Affiliate   service/NVtfu1bT1QjhNq5xJFUZl8f8I8LOCnnpGrZfPpdN9WlB   1         talos-default-worker-2         worker         ["172.20.0.6","fd83:b1f7:fcb5:2802:2805:fbff:fe80:5ed2"]
172.20.0.2   cluster-raw   Affiliate   service/b3DebkPaCRLTLLWaeRF1ejGaR0lK3m79jRJcPn0mfA6C   1         talos-default-controlplane-3   controlplane   ["172.20.0.4","fd83:b1f7:fcb5:2802:248f:1fff:fe5c:c3f"]
`,
      ),
    );
  });

  test('get identities -o yaml', async () => {
    await startFirst();
    expect(await get('identities', '-o', 'yaml')).toEqual(
      printed(`node: 172.20.0.2
metadata:
    namespace: cluster
    type: Identities.cluster.talos.dev
    id: local
    version: 1
    owner: cluster.NodeIdentityController
    phase: running
    created: 2022-10-12T12:00:00Z
    updated: 2022-10-12T12:00:00Z
spec:
    nodeId: Utoh3O0ZneV0kT2IUBrh7TgdouRcUW2yzaaMl4VXnCd
`),
    );
  });
});

describe('what is asked for', () => {
  const names = members.map(({ metadata }) => `members.cluster.talos.dev/${metadata.id}\n`);

  test.each([['member'], ['MEMBERS'], ['members.cluster'], ['Members.cluster.talos.dev']])('%s', async (type) => {
    await startFirst();
    expect(await get(type, '-o', 'name')).toEqual(printed(names.join('')));
  });

  test.each([
    [['members', 'talos-default-worker-1']],
    [['members/talos-default-worker-1']],
    [['members.cluster.talos.dev/talos-default-worker-1']],
  ])('%j is one resource', async (words) => {
    await startFirst();
    expect(await get(...words, '-o', 'jsonpath={.node}{.spec.hostname}')).toEqual(
      printed('172.20.0.2\ntalos-default-worker-1\n'),
    );
  });

  test('an id may have slashes itself', async () => {
    await startFirst();
    const id = 'service/2VfX3nu67ZtZPl57IdJrU87BMjVWkSBJiL9ulP9TCnF';
    const name = `affiliates.cluster.talos.dev/${id}`;
    expect(await get(name, '--namespace', 'cluster-raw', '-o', 'name')).toEqual(printed(`${name}\n`));
  });

  test('columns stand over nothing', async () => {
    await startNode(cluster);
    expect(await get('members')).toEqual(
      printed('NODE   NAMESPACE   TYPE   ID   VERSION   HOSTNAME   MACHINE TYPE   OS   ADDRESSES\n'),
    );
  });
});

describe('which nodes are asked', () => {
  const nodes = (...argv: readonly string[]) =>
    get('members', 'talos-default-controlplane-1', '-o', 'jsonpath={.node}', ...argv);

  beforeEach(async () => {
    await startWorker(10);
    await startFirst();
    await startWorker(2);
  });

  test('all, control plane first, then by number', async () => {
    expect(await nodes()).toEqual(printed('172.20.0.2\n172.20.1.2\n172.20.1.10\n'));
  });

  test('those that -n names, in its order, each once', async () => {
    expect(await nodes('-n', 'talos-default-worker-10,cp-1', '--nodes=fd00:0::10', '-n', '172.20.1.2')).toEqual(
      printed('172.20.1.10\n172.20.0.2\n172.20.1.2\n'),
    );
  });

  test('one that is not running', async () => {
    expect(await nodes('-n', 'cp-1,worker-2')).toEqual(
      refusal(
        `node "worker-2" is not running in ${cluster}: running are talos-default-controlplane-1 (172.20.0.2), ` +
          'talos-default-worker-2 (172.20.1.2), talos-default-worker-10 (172.20.1.10)',
      ),
    );
  });

  test('one that is not the only one so named', async () => {
    await startNode(join(cluster, 'twin'), { hostname: 'w-2' });
    expect(await nodes('-n', 'w-2')).toEqual(
      refusal('node "w-2" is ambiguous: use one of these names: twin, talos-default-worker-2'),
    );
  });

  test('also by addresses that are not routed, of which the first is shown only without others', async () => {
    const resources = members.slice(0, 1);
    await startNode(join(cluster, 'both'), {
      addresses: ['10.0.0.1/8'],
      current: ['fe80::1/64', '10.0.0.1/8'],
      resources,
    });
    await startNode(join(cluster, 'link'), { current: ['fe80::2/64'], resources });
    await startNode(join(cluster, 'none'), { addresses: [], resources });
    expect(await nodes('-n', 'fe80::1,fe80::2,none')).toEqual(printed('10.0.0.1\nfe80::2\nnone\n'));
  });

  test('the only one in its own directory', async () => {
    const directory = join(cluster, 'talos-default-worker-2');
    expect(await finish(['get', 'members', '-o', 'jsonpath={.node}', '--state', directory])).toEqual(
      printed('172.20.1.2\n'),
    );
  });
});

describe('where nodes are looked for', () => {
  const argv = ['get', 'members', '-o', 'jsonpath={.node}'];

  test('in .cosi where the user is, or where COSI_STATE says, but first where --state says', async () => {
    await startNode(join(cluster, '.cosi', 'a'), { addresses: ['10.0.0.1/8'], resources: members.slice(0, 1) });
    await startNode(join(cluster, 'other', 'b'), { addresses: ['10.0.0.2/8'], resources: members.slice(0, 1) });
    const env = { COSI_STATE: 'other' };
    expect(await finish(argv, { cwd: cluster })).toEqual(printed('10.0.0.1\n'));
    expect(await finish(argv, { cwd: cluster, env })).toEqual(printed('10.0.0.2\n'));
    expect(await finish([...argv, '--state', '.cosi'], { cwd: cluster, env })).toEqual(printed('10.0.0.1\n'));
  });

  test('not where there is none', async () => {
    const cure = 'start a cluster with "cosi up", or name another directory with --state';
    expect(await get('members')).toEqual(refusal(`no node is running in ${cluster}: ${cure}`));
    expect(await finish(argv, { cwd: cluster })).toEqual(refusal(`no node is running in ${cluster}/.cosi: ${cure}`));
    expect(await finish([...argv, '-n', 'a'], { cwd: cluster })).toEqual(
      refusal(`no node is running in ${cluster}/.cosi: ${cure}`),
    );
  });

  test('not in a file', async () => {
    await writeFile(join(cluster, 'file'), '');
    const { exitCode, out, err } = await finish([...argv, '--state', join(cluster, 'file')]);
    expect([exitCode, out]).toEqual([1, '']);
    expect(err).toMatch(/^cosi: .*not a directory.*: name the directory of a cluster with --state\n$/);
  });

  test('a socket that a crash left is no node', async () => {
    await startFirst();
    const dead = join(cluster, 'talos-default-worker-1');
    await mkdir(dead);
    await leaveSocket(join(dead, 'api.sock'));
    expect(await get('members', 'talos-default-worker-1', '-o', 'jsonpath={.node}')).toEqual(printed('172.20.0.2\n'));
  });

  test('a node in a directory that is deep', async () => {
    const directory = join(cluster, 'd'.repeat(120));
    await startNode(join(directory, 'deep'), { addresses: ['10.0.0.7/8'] });
    const { exitCode, out } = await finish(['get', 'nodeaddresses', '--state', directory, '-o', 'name']);
    expect([exitCode, out]).toEqual([0, 'nodeaddresses.net.talos.dev/routed\n']);
  });
});

describe('what is refused', () => {
  beforeEach(startFirst);

  test.each<readonly [readonly string[], string]>([
    [['memebrs'], 'resource "memebrs" is not registered: did you mean "members"? "cosi get rd" lists every type'],
    [
      ['ksps'],
      'resource type "ksps" is ambiguous: [kubespanpeerspecs.kubespan.talos.dev kubespanpeerstatuses.kubespan.talos.dev]: use one of these names',
    ],
    [
      ['affiliates', '--namespace', 'cluster-row'],
      'namespace "cluster-row" is not registered: did you mean "cluster-raw"? "cosi get namespaces" lists every namespace',
    ],
    [
      ['members', 'nobody'],
      `172.20.0.2: resource Members.cluster.talos.dev(cluster/nobody@undefined) doesn't exist: "cosi get members.cluster.talos.dev" lists those that do`,
    ],
    [
      ['affiliates', 'nobody', '--namespace', 'cluster-raw'],
      `172.20.0.2: resource Affiliates.cluster.talos.dev(cluster-raw/nobody@undefined) doesn't exist: "cosi get affiliates.cluster.talos.dev --namespace cluster-raw" lists those that do`,
    ],
    [
      ['members', '-o', 'jsonpath={.spec.nothing}'],
      '172.20.0.2: error finding result for jsonpath: nothing is not found',
    ],
  ])('%j', async (words, line) => {
    expect(await get(...words)).toEqual(refusal(line));
  });

  const HELP = ': "cosi get --help" tells how it is used';

  test.each<readonly [readonly string[], string]>([
    [[], `missing required argument 'type'${HELP}`],
    [['a', 'b', 'c'], `too many arguments for 'get'. Expected 2 arguments but got 3: a, b, c${HELP}`],
    [['members', '--namespcae', 'x'], "unknown option '--namespcae' (Did you mean --namespace?)"],
    [['members', '-n'], `option '-n, --nodes <nodes>' argument missing${HELP}`],
    [['members/a', 'b'], 'the id is given twice: write "cosi get TYPE", "cosi get TYPE ID" or "cosi get TYPE/ID"'],
    [['members/'], 'the id is empty: write "cosi get TYPE", "cosi get TYPE ID" or "cosi get TYPE/ID"'],
    [['members', ''], 'the id is empty: write "cosi get TYPE", "cosi get TYPE ID" or "cosi get TYPE/ID"'],
    [
      ['members', '-o', 'yml'],
      'output format "yml" is not supported: use one of table, wide, yaml, json, jsonpath=EXPR, name',
    ],
  ])('%j is a mistake on the command line', async (words, line) => {
    expect(await finish(['get', ...words])).toEqual(refusal(line, 2));
  });

  test('what one node cannot give does not keep the others from it, and those that fail alike share a line', async () => {
    await startWorker(1);
    await startWorker(2);
    const { exitCode, out, err } = await get('members', 'talos-default-worker-2', '-o', 'jsonpath={.node}');
    expect([exitCode, out]).toEqual([1, '172.20.0.2\n']);
    expect(err).toMatch(/^cosi: 172\.20\.1\.1, 172\.20\.1\.2: resource .* doesn't exist: .*\n$/);
  });

  test('a node that takes calls and answers none is told of', async () => {
    await mkdir(join(cluster, 'other'));
    await rudeServer(join(cluster, 'other', 'api.sock'));
    const all = await get('members', 'talos-default-worker-2', '-o', 'jsonpath={.node}');
    expect([all.exitCode, all.out]).toEqual([1, '172.20.0.2\n']);
    expect(all.err).toBe(
      'cosi: other: the node cannot be reached (Failed to connect): start it again with "cosi up" or "cosi run"\n',
    );
    expect(await get('members', 'talos-default-worker-2', '-o', 'jsonpath={.node}', '-n', 'cp-1')).toEqual(
      printed('172.20.0.2\n'),
    );
    expect((await get('members', '-n', 'other')).err).toBe(all.err);
  });
});

test('--help shows examples', async () => {
  const { exitCode, out } = await finish(['get', '--help']);
  expect(exitCode).toBe(0);
  expect(out).toMatch(/^Usage: cosi get\|g \[options\] <type> \[id\]\n[^]*\nExamples:\n {2}cosi get members /);
});

/** A socket that nobody listens to: a process that ends without goodbye leaves its own behind. */
async function leaveSocket(path: string): Promise<void> {
  const { spawnSync } = await import('node:child_process');
  const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', script]);
}

/** A server that hangs up on whoever comes. */
async function rudeServer(path: string): Promise<void> {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(() => void server.close());
}
