import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { nodeControllers } from '@cosi-ts/controllers';
import { Owner, realHost, type ChangesCursor } from '@cosi-ts/core';
import { Affiliate, Member, typeRegistry, type AffiliateSpec, type Resource } from '@cosi-ts/resources';
import { ControllerRuntime, EncodeCache, MemoryState, collection, remoteState, stateService } from '@cosi-ts/runtime';
import { begin, collectGarbage, median, type Sample } from '../clock.ts';

const host = realHost();
const Raw = Affiliate.in('cluster-raw');
const controllers = nodeControllers({
  host,
  directory: '/',
  configPath: '/config.yaml',
  os: { name: 'Talos', version: 'v1.13.0' },
  ttl: 1,
}).filter(({ name }) => name === 'cluster.AffiliateMergeController' || name === 'cluster.MemberController');

/** What a registry says of a node. The service knows one more address and one more endpoint than Kubernetes. */
function affiliate(registry: 'k8s' | 'service', n: number, address = `172.20.0.${n % 250}`) {
  const nodeId = `${'0'.repeat(35)}${String(n).padStart(8, '0')}`;
  const addresses = [`10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`, `fd00::${(n + 1).toString(16)}`];
  const endpoint = `${addresses[0]}:51820`;
  const spec = {
    nodeId,
    addresses: registry === 'service' ? [...addresses, address] : addresses,
    hostname: `node-${n}`,
    nodename: `node-${n}`,
    operatingSystem: 'Talos (v1.13.0)',
    machineType: n < 3 ? 'controlplane' : 'worker',
    kubespan: {
      publicKey: `key-${n}`,
      address: addresses[1],
      additionalAddresses: [`10.244.${n & 255}.0/24`],
      endpoints: registry === 'service' ? [endpoint, `${address}:51820`] : [endpoint],
      excludeAdvertisedNetworks: [],
    },
    controlPlane: n < 3 ? { port: 6443 } : undefined,
  } as unknown as AffiliateSpec;
  return { id: `${registry}/${nodeId}`, spec };
}

interface Cluster extends AsyncDisposable {
  readonly state: MemoryState;
  readonly members: ChangesCursor<Resource>;
  /** So far, of both controllers. */
  readonly reconciles: () => number;
  start(): void;
  fill(): Promise<void>;
}

function newCluster(nodes: number, isCounting = false): Cluster {
  const owner = new Owner('bench');
  const state = new MemoryState({ clock: host.clock, random: host.random, types: typeRegistry() });
  let reconciles = 0;
  const observer = isCounting ? { reconciled: () => void (reconciles += 1) } : undefined;
  const runtime = new ControllerRuntime({ state, host, owner, observer });
  for (const controller of controllers) runtime.register(controller);
  const raw = collection(state, Raw);
  return {
    state,
    members: state.changes(Member),
    reconciles: () => reconciles,
    start: () => runtime.start(),
    async fill() {
      for (let n = 0; n < nodes; n += 1) {
        for (const registry of ['k8s', 'service'] as const) {
          const { id, spec } = affiliate(registry, n);
          await raw.create(id, spec);
        }
      }
    },
    [Symbol.asyncDispose]: () => owner.close(),
  };
}

/** Resolves once there were so many members. */
async function membersAre(cursor: ChangesCursor<Resource>, count: number): Promise<void> {
  const seen = new Set<string>();
  while (seen.size < count) {
    await cursor.ready();
    for (const { key } of cursor.pull()?.changed ?? []) seen.add(key);
  }
}

/** All raw affiliates exist, then the runtime starts, until the last member is there. */
export function cold(nodes: number): () => Promise<Sample> {
  return async () => {
    await using cluster = newCluster(nodes);
    await cluster.fill();
    collectGarbage();
    const clock = begin();
    cluster.start();
    await membersAre(cluster.members, nodes);
    return clock.perOp(1);
  };
}

/** The runtime idles, then the raw affiliates come in a tight loop, until the last member is there. */
export function live(nodes: number): () => Promise<Sample> {
  return async () => {
    await using cluster = newCluster(nodes);
    cluster.start();
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    const clock = begin();
    await Promise.all([cluster.fill(), membersAre(cluster.members, nodes)]);
    return clock.perOp(1);
  };
}

/** Median time from before the change of one service's affiliate until its node's member is updated. */
export function change(nodes: number, rounds: number): () => Promise<Sample> {
  return async () => {
    const { times } = await changes(nodes, rounds);
    return median(times);
  };
}

/** Writes that one change causes beside its own. */
export function writes(nodes: number, rounds: number): () => Promise<Sample> {
  return async () => {
    const { commits } = await changes(nodes, rounds);
    return { value: commits / rounds - 1, cpu: 0 };
  };
}

/** Reconciles that one change causes. */
export function reconciles(nodes: number, rounds: number): () => Promise<Sample> {
  return async () => {
    const { reconciles } = await changes(nodes, rounds, true);
    return { value: reconciles / rounds, cpu: 0 };
  };
}

async function changes(nodes: number, rounds: number, isCounting = false) {
  await using cluster = newCluster(nodes, isCounting);
  await cluster.fill();
  cluster.start();
  await membersAre(cluster.members, nodes);
  collectGarbage();
  // What the start left to do is done.
  await new Promise((resolve) => setImmediate(resolve));
  const before = cluster.state.position;
  const reconciled = cluster.reconciles();
  const times: Sample[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const { id, spec } = affiliate('service', (round * 7919) % nodes, `172.21.${(round >> 8) & 255}.${round & 255}`);
    const { metadata } = await cluster.state.get(Raw.pointer(id));
    const clock = begin();
    const updated = cluster.state.update({ metadata, spec });
    await cluster.members.ready();
    times.push(clock.perOp(1));
    cluster.members.pull();
    await updated;
  }
  await new Promise((resolve) => setImmediate(resolve));
  return { times, commits: cluster.state.position - before, reconciles: cluster.reconciles() - reconciled };
}

/** While the cluster converges: the delay of the event loop that 1 in 100 of its turns exceeds. */
export function loopDelay(nodes: number): () => Promise<Sample> {
  return async () => {
    await using cluster = newCluster(nodes);
    await cluster.fill();
    collectGarbage();
    const delay = monitorEventLoopDelay({ resolution: 1 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    delay.enable();
    cluster.start();
    await membersAre(cluster.members, nodes);
    delay.disable();
    return { value: delay.percentile(99), cpu: 0 };
  };
}

/** While the cluster converges: the slowest of gets over the API, one after the other. */
export function slowestGet(nodes: number): () => Promise<Sample> {
  return async () => {
    await using cluster = newCluster(nodes);
    await cluster.fill();
    const directory = mkdtempSync(path.join(tmpdir(), 'cosi-bench-'));
    const address = `unix:${path.join(directory, 'api.sock')}`;
    const types = typeRegistry();
    const service = stateService(cluster.state, { types, encodings: new EncodeCache(), pace: host.pace });
    const listener = await host.rpc.listen({ address }, [service]);
    const channel = host.rpc.connect({ address });
    const client = remoteState(channel, { types });
    const { id } = affiliate('k8s', 0);
    await client.get(Raw.pointer(id));
    collectGarbage();
    let slowest = 0;
    const done = new AbortController();
    cluster.start();
    const all = membersAre(cluster.members, nodes).then(() => done.abort());
    while (!done.signal.aborted) {
      const clock = begin();
      await client.get(Raw.pointer(id));
      slowest = Math.max(slowest, clock.perOp(1).value);
    }
    await all;
    channel.close();
    await listener.close(0);
    rmSync(directory, { recursive: true });
    return { value: slowest, cpu: 0 };
  };
}

/** The most memory that the process of a cold start ever had. */
export function peak(nodes: number): () => Promise<Sample> {
  return async () => {
    await cold(nodes)();
    return { value: process.resourceUsage().maxRSS * 1024, cpu: 0 };
  };
}
