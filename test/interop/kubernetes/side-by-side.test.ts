import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compareUtf8 } from '@cosi-ts/core';
import { beforeAll, expect, test } from 'vitest';
import { DOCUMENTED_NODES, cellsOf, layOut } from '../../e2e/tables.ts';
import { startCosi, temporaryDirectory, type Running } from '../../process.ts';
import { describeWithGo } from '../go-program.ts';
import { ApiServer, apiServerProgram } from './api-server.ts';
import { eventually } from './nodes.ts';

const CP1 = 'talos-default-controlplane-1';
const CP2 = 'talos-default-controlplane-2';
const NAMES = DOCUMENTED_NODES.map(([name]) => name);

describeWithGo('a cluster with both registries', () => {
  beforeAll(async () => void (await apiServerProgram()));

  test('shows what each of them tells side by side; one of them is enough, none is none', async () => {
    const cluster = await startCluster();

    // Refused by one registry, nodes go on with the other; they read it once they may.
    for (const name of NAMES) {
      await eventually(async () => expect(await cluster.status(name, 'kubernetes/pull')).toBe('refused'), 60_000);
      await eventually(async () => expect(await cluster.members(name)).toEqual(NAMES));
      expect(await cluster.registries(name)).toEqual(['service']);
    }
    await cluster.grant();
    await eventually(async () => expect(await cluster.rawRows(CP1)).toHaveLength(8), 90_000);
    const printed = await cluster.get(CP1, 'affiliates', '--namespace=cluster-raw');
    expect(printed).toBe(await expectedRaw(cluster.state, printed));
    const annotations = (await cluster.server.node(CP1))?.metadata.annotations;
    expect(annotations?.['networking.talos.dev/self-ips']).toMatch(/^172\.20\.0\.2,fd[0-9a-f:]+:8c13:71ff:feaf:7c94$/);
    for (const name of NAMES) await eventually(async () => expect(await cluster.members(name)).toEqual(NAMES));

    // Whichever is away: nobody sees it in the members.
    const watch = startCosi('get', 'members', '-w', '--state', join(cluster.state, CP2));
    await watch.until((out) => NAMES.every((name) => out.includes(name)));
    const before = watch.out();
    await cluster.server.stop();
    await eventually(async () => expect(await cluster.status(CP2, 'kubernetes/pull')).toBe('failing'));
    expect(await cluster.members(CP2)).toEqual(NAMES);
    await cluster.server.restart();
    await eventually(async () => expect(await cluster.status(CP2, 'kubernetes/pull')).toBe('connected'), 60_000);
    await cluster.stopService();
    await cluster.node(CP2).until(/discovery service lost/);
    expect(await cluster.members(CP2)).toEqual(NAMES);
    const seen = cluster.node(CP2).err().length;
    cluster.startService();
    await eventually(async () => expect(cluster.node(CP2).err().slice(seen)).toMatch(/discovery service connected/));
    expect(watch.out()).toBe(before);
    await watch.end('SIGINT');

    // Each can be switched off by itself.
    await cluster.disable(CP1, { kubernetes: true, service: false });
    await eventually(async () => expect(await cluster.registries(CP1)).toEqual(['service']));
    expect(await cluster.rawRows(CP1)).toHaveLength(4);
    expect(await cluster.members(CP1)).toEqual(NAMES);
    await eventually(async () => {
      expect((await cluster.server.node(CP1))?.metadata.annotations?.['cluster.talos.dev/node-id']).toBeUndefined();
    });
    await cluster.disable(CP1, { kubernetes: false, service: true });
    await eventually(async () => expect(await cluster.registries(CP1)).toEqual(['k8s']));
    expect(await cluster.rawRows(CP1)).toHaveLength(4);
    expect(await cluster.members(CP1)).toEqual(NAMES);
    await cluster.disable(CP1, { kubernetes: true, service: true });
    await eventually(async () => expect(await cluster.members(CP1)).toEqual([]));
    expect(await cluster.rawRows(CP1)).toEqual([]);
  });
});

interface Cluster {
  /** Lets the nodes read each other in Kubernetes. */
  grant(): Promise<void>;
  readonly state: string;
  readonly server: ApiServer;
  node(name: string): Running;
  startService(): void;
  stopService(): Promise<void>;
  get(node: string, ...args: readonly string[]): Promise<string>;
  members(node: string): Promise<readonly string[]>;
  rawRows(node: string): Promise<readonly (readonly string[])[]>;
  /** Which of them tell of anybody. */
  registries(node: string): Promise<readonly string[]>;
  status(node: string, id: string): Promise<string>;
  disable(node: string, registries: { readonly kubernetes: boolean; readonly service: boolean }): Promise<void>;
}

/** The five nodes of `cosi up`, each by itself, with both registries on. */
async function startCluster(): Promise<Cluster> {
  const state = await temporaryDirectory();
  expect(await startCosi('up', '--state', state, '--once').ended).toMatchObject({ code: 0 });
  const service = (await readFile(join(state, 'discovery-service'), 'utf8')).trim();
  const server = await ApiServer.start();
  const quiet = ['--landing-addr=', '--metrics-addr=', '--snapshots-enabled=false'];
  const serve = (): Running => startCosi('discovery', 'serve', `--addr=${service}`, ...quiet);
  let discovery = serve();
  const nodes = new Map<string, Running>();
  const disable: Cluster['disable'] = async (name, { kubernetes, service }) => {
    const path = join(state, name, 'config.yaml');
    const text = await readFile(path, 'utf8');
    const edited = text
      .replace(/(kubernetes:\n +disabled: )\w+/, `$1${kubernetes}`)
      .replace(/(service:\n +disabled: )\w+/, `$1${service}`);
    await writeFile(path, edited);
  };
  for (const [name, type] of DOCUMENTED_NODES) {
    const labels = type === 'controlplane' ? { 'node-role.kubernetes.io/control-plane': '' } : {};
    await server.createNode(name, { labels });
    await disable(name, { kubernetes: false, service: false });
    const directory = join(state, name);
    const files = ['--config', join(directory, 'config.yaml'), '--state', directory, '--kubespan-device', 'none'];
    nodes.set(name, startCosi('run', ...files, '--kubeconfig', await server.kubeconfig(name), '--ttl', '2m'));
  }
  const node: Cluster['node'] = (name) => nodes.get(name) ?? expect.fail(name);
  for (const name of NAMES) await node(name).until(/the node runs/);
  const get: Cluster['get'] = async (name, ...args) => {
    const { out, err } = await startCosi('get', ...args, '--state', state, '-n', name).ended;
    expect(err).toBe('');
    return out;
  };
  const rows = async (...args: Parameters<typeof get>) => cellsOf(await get(...args)).slice(1);
  const rawRows: Cluster['rawRows'] = (name) => rows(name, 'affiliates', '--namespace=cluster-raw');
  return {
    grant: async () => server.apply((await startCosi('gen', 'kubernetes-access').ended).out),
    state,
    server,
    node,
    get,
    rawRows,
    disable,
    startService: () => void (discovery = serve()),
    stopService: async () => void (await discovery.end('SIGKILL')),
    members: async (name) => (await rows(name, 'members')).map((cells) => cells[3] ?? ''),
    registries: async (name) => [...new Set((await rawRows(name)).map((cells) => cells[3]?.split('/')[0] ?? ''))],
    status: async (name, id) => (await get(name, 'registrystatuses', id, '-o', 'jsonpath={.spec.state}')).trim(),
  };
}

/** The raw affiliates as the documentation shows them, with the ids, versions and prefixes of what was printed. */
async function expectedRaw(state: string, printed: string): Promise<string> {
  const cells = cellsOf(printed);
  const prefix = /"(fd[0-9a-f:]*?):[0-9a-f]+:[0-9a-f]+:[0-9a-f]+:[0-9a-f]+"/.exec(printed)?.[1] ?? '';
  const others = await Promise.all(
    DOCUMENTED_NODES.slice(1).map(async ([name, type, address, ula]) => {
      const id = /nodeId: (\S+)/.exec(await readFile(join(state, name, 'node-identity.yaml'), 'utf8'))?.[1] ?? '';
      return { id, name, type, addresses: `["${address}","${prefix}:${ula}"]` };
    }),
  );
  const sorted = others.toSorted((a, b) => compareUtf8(a.id, b.id));
  const expected = ['k8s', 'service'].flatMap((registry) => sorted.map((node) => ({ registry, ...node })));
  return layOut([
    ['NODE', 'NAMESPACE', 'TYPE', 'ID', 'VERSION', 'HOSTNAME', 'MACHINE TYPE', 'ADDRESSES'],
    ...expected.map(({ registry, id, name, type, addresses }, at) => [
      '172.20.0.2',
      'cluster-raw',
      'Affiliate',
      `${registry}/${id}`,
      cells[at + 1]?.[4] ?? '',
      name,
      type,
      addresses,
    ]),
  ]);
}
