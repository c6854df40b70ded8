import { realHost } from '@cosi-ts/core';
import { nodeControllers } from '@cosi-ts/controllers';
import {
  Affiliate,
  DiscoveryConfig,
  HostnameStatus,
  Identity,
  KubeSpanConfig,
  KubeSpanPeerStatus,
  MachineType,
  NodeAddress,
  Nodename,
  ipAddressOf,
  ipPortOf,
  ipPrefixOf,
  type ResourceType,
} from '@cosi-ts/resources';
import { collection, type Controller, type State } from '@cosi-ts/runtime';

/** Those that need nothing but the state: what they come to follows from it. */
export const NAMES = [
  'cluster.LocalAffiliateController',
  'cluster.AffiliateMergeController',
  'cluster.MemberController',
  'cluster.EndpointController',
  'kubespan.PeerSpecController',
  'kubespan.EndpointController',
];

const all = nodeControllers({
  host: realHost(),
  directory: '/nowhere',
  configPath: '/nowhere/config.yaml',
  os: { name: 'Talos', version: 'v1.3.0' },
  ttl: 60_000,
});
export const byName = (name: string): Controller => {
  const controller = all.find((controller) => controller.name === name);
  if (controller === undefined) throw new Error(`no controller ${name}`);
  return controller;
};

const KEYS = [
  'PLPNBddmTgHJhtw0vxltq1ZBdPP9RNOEUd5JjJZzBRY=',
  '1CXkdhWBm58c36kTpchR8iGlXHG1ruHa5W8gsFqD8Qs=',
  'kCQsKr4B28VUl7qw1sVkTDNF9fFH++ViIuKsss+C6kc=',
] as const;
const RAW = Affiliate.in('cluster-raw');
const MERGED = Affiliate.in('cluster');

const put =
  <S>(type: ResourceType<S>, id: string, fields: Partial<S>) =>
  async (state: State): Promise<void> => {
    const kind = collection(state, type);
    const current = (await kind.find(id))?.spec ?? type.spec.fromPlain({});
    await kind.set(id, { ...current, ...fields });
  };

const remove =
  (type: ResourceType, id: string) =>
  async (state: State): Promise<void> => {
    if (await state.teardown(type.pointer(id))) await state.destroy(type.pointer(id));
  };

const both =
  (...steps: readonly ((state: State) => Promise<void>)[]) =>
  async (state: State): Promise<void> => {
    for (const step of steps) await step(state);
  };

const affiliate = (nodeId: string, nodename: string, key: 0 | 1 | 2, address: string) => ({
  nodeId,
  nodename,
  hostname: nodename,
  machineType: 'controlplane' as const,
  addresses: [ipAddressOf(address)],
  kubespan: {
    publicKey: KEYS[key],
    address: ipAddressOf(`fd50::${key + 1}`),
    additionalAddresses: [ipPrefixOf('10.244.0.0/24')],
    endpoints: [ipPortOf(`${address}:51820`)],
    excludeAdvertisedNetworks: [],
  },
});

/** A node that joins, is found twice, is renamed, overlaps with another, and goes; and a mesh that is switched off. */
export const steps = [
  both(
    put(Identity, 'local', { nodeId: 'local-node' }),
    put(DiscoveryConfig, 'cluster', { registryKubernetesEnabled: true }),
    put(KubeSpanConfig, 'kubespan', { enabled: true, harvestExtraEndpoints: true }),
    put(HostnameStatus, 'hostname', { hostname: 'here' }),
    put(Nodename, 'nodename', { nodename: 'here', hostnameVersion: '1' }),
    async (state) => void (await collection(state, MachineType).set('machine-type', { machineType: 'worker' })),
    put(NodeAddress, 'current-no-k8s', { addresses: [ipPrefixOf('10.0.0.1/24')], sortAlgorithm: 'v1' }),
    put(NodeAddress, 'routed-no-k8s', { addresses: [ipPrefixOf('10.0.0.1/24')], sortAlgorithm: 'v1' }),
  ),
  both(
    put(RAW, 'service/b', affiliate('b', 'one', 0, '10.0.0.2')),
    put(RAW, 'k8s/b', affiliate('b', 'one', 0, '10.0.0.3')),
  ),
  both(put(MERGED, 'c', affiliate('c', 'two', 1, '10.0.0.4')), put(KubeSpanPeerStatus, KEYS[1], { state: 'up' })),
  put(RAW, 'service/b', { nodename: 'three' }),
  remove(RAW, 'service/b'),
  both(remove(MERGED, 'c'), put(MERGED, 'd', affiliate('d', 'two', 2, '10.0.0.5'))),
  put(Identity, 'local', { nodeId: 'b' }),
  both(
    put(KubeSpanConfig, 'kubespan', { enabled: false }),
    put(DiscoveryConfig, 'cluster', { registryKubernetesEnabled: false }),
  ),
];

/** Users destroy what they tore down once nobody holds it. */
export async function atRest(state: State): Promise<void> {
  for (const type of [RAW, MERGED]) {
    for (const { metadata } of await state.list(type)) {
      const isOurs = metadata.owner === '' && metadata.phase === 'tearingDown' && metadata.finalizers.length === 0;
      if (isOurs) await state.destroy(type.pointer(metadata.id));
    }
  }
}

const inputs = [RAW, MERGED, Identity, DiscoveryConfig, KubeSpanConfig, HostnameStatus, Nodename, MachineType];
export const types = [...inputs, NodeAddress, KubeSpanPeerStatus];
