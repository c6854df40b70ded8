import { clusterIdFrom, clusterSecretFrom, generateNodeConfig, startNode, type Node } from '@cosi-ts/controllers';
import { messageOf, writeFileAtomically, type ChangesCursor } from '@cosi-ts/core';
import { startDiscoveryService } from '@cosi-ts/discovery';
import { Member, ipPrefixOf, typeRegistry, type MemberSpec, type Resource } from '@cosi-ts/resources';
import { EncodeCache } from '@cosi-ts/runtime';
import type { Program, SimNode, Simulation, Start } from '@cosi-ts/testing';

/** The nodes that `npm start` runs. */
export const NAMES = [
  'talos-default-controlplane-1',
  'talos-default-controlplane-2',
  'talos-default-controlplane-3',
  'talos-default-worker-1',
  'talos-default-worker-2',
];

/** Milliseconds that what a node says of itself stays valid. */
export const TTL = 240_000;

const DIRECTORY = '/node';
const CONFIG = `${DIRECTORY}/config.yaml`;
const SERVICE_PORT = 3000;
const types = typeRegistry();

/** A node as `cosi run` runs it, over all of its lives. */
export interface ClusterNode {
  readonly name: string;
  readonly sim: SimNode;
  /** The members that it lists in this life, by name, with their node ids. */
  readonly members: ReadonlyMap<string, string>;
  /** The members that it listed, and then did not, in this life. */
  readonly lost: readonly string[];
  /** Every node id that this node ever had. */
  readonly identities: ReadonlySet<unknown>;
  /** This life's. */
  readonly node: Node;
}

export interface Cluster {
  readonly service: SimNode;
  readonly nodes: readonly ClusterNode[];
}

export interface ClusterOptions {
  /** Milliseconds; {@link TTL} by default. */
  readonly ttl?: number;
  /** True by default. */
  readonly kubespan?: boolean;
  /** Milliseconds between two of the service's collections of what expired; short by default, as {@link TTL} is. */
  readonly gcInterval?: number;
}

/** The composition of `npm start`, each part on a machine of its own: a discovery service, and nodes that use it. */
export async function startCluster(sim: Simulation, names = NAMES, options: ClusterOptions = {}): Promise<Cluster> {
  const { gcInterval = 1000 } = options;
  const program: Program = ({ host, owner }) => serve({ host, owner, gcInterval });
  const service = sim.node('service', { program });
  const nodes = await Promise.all(names.map((name, index) => prepareNode(sim, name, index, options)));
  await Promise.all([service, ...nodes.map(({ sim }) => sim)].map((node) => untilDiskWorks(() => node.start())));
  return { service, nodes };
}

async function serve(options: Start & { readonly gcInterval: number }): Promise<void> {
  await startDiscoveryService({ ...options, address: `:${SERVICE_PORT}` });
}

/** A node whose directory has its configuration, and nothing else. */
async function prepareNode(
  sim: Simulation,
  name: string,
  index: number,
  { ttl = TTL, kubespan = true }: ClusterOptions,
): Promise<ClusterNode> {
  const members = new Map<string, string>();
  const lost: string[] = [];
  let life: Node | undefined;
  const program: Program = async ({ host, owner }) => {
    life = undefined;
    members.clear();
    lost.length = 0;
    const options = { types, encodings: new EncodeCache(), os: { name: 'Talos', version: 'v1.3.0' }, ttl };
    life = await startNode({ host, owner, directory: DIRECTORY, ...options });
    followMembers(life, members, lost);
  };
  const node = sim.node(name, { program });
  const { files } = node.host;
  const config = new TextEncoder().encode(configOf(name, index, kubespan));
  await untilDiskWorks(() => files.makeDirectory(DIRECTORY));
  await untilDiskWorks(() => writeFileAtomically(files, CONFIG, config));
  return {
    name,
    sim: node,
    members,
    lost,
    get node() {
      if (life === undefined) throw new Error(`${name} does not run`);
      return life;
    },
    get identities() {
      const lines = sim.log.filter((line) => line.node === name && line.message === 'node identity established');
      return new Set(lines.map(({ fields }) => fields['nodeId']));
    },
  };
}

/** Edits a node's configuration as an operator does. */
export async function edit({ sim: { host } }: ClusterNode, change: (text: string) => string): Promise<void> {
  const text = new TextDecoder().decode(await host.files.read(CONFIG));
  const changed = change(text);
  if (changed === text) throw new Error('the edit changes nothing');
  await writeFileAtomically(host.files, CONFIG, new TextEncoder().encode(changed));
}

/** As a supervisor does: what fails because of a disk is tried again. */
export async function untilDiskWorks(work: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      await work();
      return;
    } catch (thrown) {
      if (!messageOf(thrown).includes('EIO')) throw thrown;
    }
  }
}

function followMembers({ state }: Node, members: Map<string, string>, lost: string[]): void {
  const cursor = state.changes?.(Member) as ChangesCursor<Resource<MemberSpec>>;
  const follow = (): void => {
    for (const { key, value } of cursor.pull()?.changed ?? []) {
      if (value === undefined && members.delete(key)) lost.push(key);
      if (value !== undefined) members.set(key, value.spec.nodeId);
    }
    cursor.onReady(follow);
  };
  cursor.onReady(follow);
}

function configOf(name: string, index: number, kubespan: boolean): string {
  return generateNodeConfig({
    type: name.includes('-worker-') ? 'worker' : 'controlplane',
    hostname: name,
    interface: 'eth0',
    addresses: [ipPrefixOf(`172.20.0.${index + 2}/24`)],
    hardwareAddr: `8e:13:71:af:7c:${index.toString(16).padStart(2, '0')}`,
    clusterName: 'talos-default',
    clusterId: clusterIdFrom(new Uint8Array(32).fill(1)),
    clusterSecret: clusterSecretFrom(new Uint8Array(32).fill(2)),
    serviceEndpoint: `http://service:${SERVICE_PORT}`,
    kubespan,
  });
}
