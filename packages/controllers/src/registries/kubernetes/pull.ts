import type { Host, Owner } from '@cosi-ts/core';
import { Affiliate, DiscoveryConfig, Identity, Nodename, RegistryStatus } from '@cosi-ts/resources';
import {
  defineQueueController,
  mapped,
  removeOutput,
  shared,
  writeOutput,
  type Controller,
  type PortsOf,
} from '@cosi-ts/runtime';
import { NO_KUBECONFIG, statusOf } from './access-condition.ts';
import { affiliateFromNode } from './affiliate-from-node.ts';
import type { KubernetesAccess } from './api.ts';
import { KnownNodes } from './known-nodes.ts';

const NAME = 'cluster.KubernetesPullController';

const ports = {
  config: mapped(DiscoveryConfig, { id: 'cluster' }),
  identity: mapped(Identity, { id: 'local' }),
  nodename: mapped(Nodename, { id: 'nodename' }),
  raw: shared(Affiliate.in('cluster-raw')),
  statuses: shared(RegistryStatus),
} as const;

type Ports = PortsOf<typeof ports>;

/** Whether the registry is on. */
const REGISTRY = 'registry';
/** What there is to know about all nodes. */
const SWEEP = 'sweep';
const STATUS = 'kubernetes/pull';
/** What Kubernetes knows of one node: its raw affiliate has the same id. */
const RAW = 'k8s/';

/** The reading half of the Kubernetes registry: keeps `cluster-raw/k8s/<node id>` as what the other Nodes say. */
export function kubernetesPullController(host: Host, access: KubernetesAccess | undefined): Controller {
  return defineQueueController({
    name: NAME,
    ports,
    mappers: {
      config: () => [REGISTRY],
      // Of whichever Node is ours now, and was before, nothing is told.
      identity: () => [SWEEP, STATUS],
      nodename: () => [SWEEP],
    },
    start: ({ owner, wake, log }) => {
      const begin = (): KnownNodes | undefined =>
        access && beginFollowing({ host: { ...host, log }, owner: owner.child('nodes'), access, wake });
      const run: Run = { isOn: false, nodes: undefined, wake };
      return async (at, key) => {
        if (key === REGISTRY) await reconcileRegistry(at, run, begin);
        else if (key === SWEEP) await sweep(at, run);
        else if (key === STATUS) await writeStatus(at, run);
        else if (key.startsWith(RAW)) await reconcileRaw(at, run, key);
      };
    },
  });
}

/** One run of the controller, from its start to its end or crash. */
interface Run {
  isOn: boolean;
  nodes: KnownNodes | undefined;
  readonly wake: (key: string) => void;
}

function beginFollowing(options: {
  readonly host: Host;
  readonly owner: Owner;
  readonly access: KubernetesAccess;
  readonly wake: (key: string) => void;
}): KnownNodes {
  const { wake } = options;
  return new KnownNodes({
    ...options,
    onAffiliates: (ids) => {
      for (const id of ids) wake(`${RAW}${id}`);
      wake(STATUS);
    },
    onCondition: () => {
      wake(SWEEP);
      wake(STATUS);
    },
  });
}

async function reconcileRegistry(at: Ports, run: Run, begin: () => KnownNodes | undefined): Promise<void> {
  const config = await at.config.find('cluster');
  if (config === undefined) return;
  run.isOn = config.spec.registryKubernetesEnabled;
  if (run.isOn) run.nodes ??= begin();
  else {
    await run.nodes?.close();
    run.nodes = undefined;
  }
  for (const key of [SWEEP, STATUS]) run.wake(key);
}

async function sweep(at: Ports, { nodes, wake }: Run): Promise<void> {
  for (const id of nodes?.ids ?? []) wake(`${RAW}${id}`);
  for (const { metadata } of await at.raw.list()) if (metadata.owner === NAME) wake(metadata.id);
}

async function writeStatus(at: Ports, { isOn, nodes }: Run): Promise<void> {
  if (!isOn) {
    await removeOutput(at.statuses, STATUS, NAME);
    return;
  }
  const local = (await at.identity.find('local'))?.spec.nodeId ?? '';
  const others = nodes?.countWithout(local) ?? 0;
  await writeOutput(at.statuses, STATUS, statusOf(nodes?.condition ?? NO_KUBECONFIG, others), NAME);
}

async function reconcileRaw(at: Ports, { isOn, nodes }: Run, id: string): Promise<void> {
  if (isOn && nodes !== undefined) {
    // What an earlier run wrote stays as long as nobody knows better.
    const nodename = await at.nodename.find('nodename');
    if (!nodes.hasListed || nodename === undefined) return;
    const nodeId = id.slice(RAW.length);
    const identity = await at.identity.find('local');
    const node = nodes.find(nodeId, nodename.spec.nodename);
    // This node speaks for itself, also if a Node that it had under another name still does.
    if (node !== undefined && nodeId !== identity?.spec.nodeId) {
      // One that is held wakes us when it is let go.
      await writeOutput(at.raw, id, affiliateFromNode(node, nodeId), NAME);
      return;
    }
  }
  await removeOutput(at.raw, id, NAME);
}
