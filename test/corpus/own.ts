import { clusterIdFrom, clusterSecretFrom, generateNodeConfig, nodeControllers } from '@cosi-ts/controllers';
import { realHost, writeFileAtomically, type Host } from '@cosi-ts/core';
import {
  Affiliate,
  DiscoveryConfig,
  EtcFileSpec,
  HostnameStatus,
  Identity,
  KubeSpanConfig,
  KubeSpanIdentity,
  KubeSpanPeerStatus,
  MachineConfig,
  MachineType,
  NodeAddress,
  Nodename,
  VolumeMountRequest,
  VolumeMountStatus,
  type Kind,
  type NodenameSpec,
  ipAddressOf,
  ipPortOf,
  ipPrefixOf,
  type ResourceType,
} from '@cosi-ts/resources';
import { collection, type Controller, type State } from '@cosi-ts/runtime';
import { observeResource, type Scenario } from '@cosi-ts/testing';

const DIRECTORY = '/node';
const CONFIG = `${DIRECTORY}/config.yaml`;

/** Those whose end follows from the state alone. */
export const DERIVING = [
  'cluster.LocalAffiliateController',
  'cluster.AffiliateMergeController',
  'cluster.MemberController',
  'cluster.EndpointController',
  'kubespan.PeerSpecController',
  'kubespan.EndpointController',
] as const;

/** Those that follow the machine's configuration. */
export const CONFIGURED = [
  'config.MachineTypeController',
  'network.HostnameController',
  'k8s.NodenameController',
  'k8s.AddressFilterController',
  'network.HardwareAddrController',
  'network.AddressStatusController',
  'network.NodeAddressSortAlgorithmController',
  'network.NodeAddressController',
  'k8s.ControlPlaneAPIServerController',
  'cluster.ConfigController',
  'cluster.InfoController',
  'kubespan.ConfigController',
] as const;

/** Those that keep files: the configuration itself, and who the node is. */
export const KEEPING = [
  'config.MachineConfigFileController',
  'block.StateVolumeController',
  'cluster.NodeIdentityController',
  'kubespan.IdentityController',
] as const;

/** Some of a node's controllers, on the disk of a simulated host. */
export function own(...names: readonly string[]): (host: Host) => readonly Controller[] {
  return (host) => {
    const options = { host, directory: DIRECTORY, configPath: CONFIG, os: { name: 'Talos', version: 'v1.3.0' } };
    const all = nodeControllers({ ...options, ttl: 60_000 });
    return names.map((name) => {
      const controller = all.find((controller) => controller.name === name);
      if (controller === undefined) throw new Error(`no controller ${name}`);
      return controller;
    });
  };
}

const config = (hostname: string, type: 'controlplane' | 'worker', kubespan: boolean): string =>
  generateNodeConfig({
    type,
    hostname,
    interface: 'eth0',
    addresses: [ipPrefixOf('172.20.0.2/24')],
    hardwareAddr: '8e:13:71:af:7c:00',
    clusterName: 'talos-default',
    clusterId: clusterIdFrom(new Uint8Array(32).fill(1)),
    clusterSecret: clusterSecretFrom(new Uint8Array(32).fill(2)),
    serviceEndpoint: 'http://service:3000',
    kubespan,
    talosVersion: 'v1.14',
  });

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
const steps: Scenario['steps'] = [
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
async function atRest(state: State): Promise<void> {
  for (const type of [RAW, MERGED]) {
    for (const { metadata } of await state.list(type)) {
      const isOurs = metadata.owner === '' && metadata.phase === 'tearingDown' && metadata.finalizers.length === 0;
      if (isOurs) await state.destroy(type.pointer(metadata.id));
    }
  }
}

const inputs = [RAW, MERGED, Identity, DiscoveryConfig, KubeSpanConfig, HostnameStatus, Nodename, MachineType];
const types = [...inputs, NodeAddress, KubeSpanPeerStatus];

/** What a node's derivations are put through. */
export const derivations: Omit<Scenario, 'controllers'> = { steps, atRest, types };

const configure =
  (text: string) =>
  (state: State): Promise<unknown> =>
    collection(state, MachineConfig).set('v1alpha1', { text });

/** A configuration that comes, changes in every part, goes, and comes back. */
export const configurations: Omit<Scenario, 'controllers'> = {
  steps: [
    // Without it, whoever waits for the node's address in the mesh keeps what was before.
    put(KubeSpanIdentity, 'local', { address: ipPrefixOf('fd50::1/128'), subnet: ipPrefixOf('fd50::/64') }),
    configure(config('one', 'worker', false)),
    configure(config('one', 'controlplane', true)),
    configure(config('two', 'controlplane', true)),
    remove(MachineConfig, 'v1alpha1'),
    configure(config('three', 'worker', true)),
  ],
  atRest: async (state) => {
    for (const { metadata } of await state.list(MachineConfig)) {
      const isOver = metadata.phase === 'tearingDown' && metadata.finalizers.length === 0;
      if (isOver) await state.destroy(MachineConfig.pointer(metadata.id));
    }
  },
  types: [MachineConfig],
  // How often the name was written is not what it is.
  observe: (resource) => {
    const seen = observeResource(resource);
    return resource.metadata.type === Nodename.type
      ? { ...seen, spec: (resource.spec as NodenameSpec).nodename }
      : seen;
  },
};

/** What is drawn anew by each node, and after each failure before it is kept. */
const DRAWN = new Set([Identity.type, KubeSpanIdentity.type, EtcFileSpec.type]);

/** A node whose configuration is a file. Who it is was drawn once, and is read from its disk afterwards. */
export const files: Omit<Scenario, 'controllers'> = {
  setting: async (_sim, host) => {
    await host.files.makeDirectory(DIRECTORY);
    await writeFileAtomically(host.files, CONFIG, new TextEncoder().encode(config('one', 'worker', true)));
  },
  steps: [put(KubeSpanConfig, 'kubespan', { enabled: true }), put(KubeSpanConfig, 'kubespan', { enabled: false })],
  types: [KubeSpanConfig],
  observe: ({ metadata, spec }) => ({
    ...observeResource({ metadata, spec }),
    ...(DRAWN.has(metadata.type) && { spec: 'drawn' }),
  }),
};

/** Every controller of a node that needs nothing but its machine. */
const ALL: readonly string[] = [...DERIVING, ...CONFIGURED, ...KEEPING];

/** With who they cannot do without: nobody else mounts what identities are kept on. */
export function withNeeds(...names: readonly string[]): readonly string[] {
  const mount = 'block.StateVolumeController';
  return names.some((name) => name.endsWith('IdentityController')) && !names.includes(mount)
    ? [...names, mount]
    : names;
}

/** Pairs of which one writes what the other reads or writes: the edges of the graph of controllers. */
export function neighbours(): readonly (readonly [string, string])[] {
  const touches = (one: string, other: string): boolean => {
    const touched = new Set(portsOf(other).map(({ type }) => kindOf(type)));
    return portsOf(one).some(({ direction, type }) => direction === 'output' && touched.has(kindOf(type)));
  };
  return ALL.flatMap((one, at) =>
    ALL.slice(at + 1).flatMap((other) => (touches(one, other) || touches(other, one) ? [[one, other] as const] : [])),
  );
}

const isDrawn = (id: string): boolean => id.length > 40;
const MOUNTING = new Set([VolumeMountRequest.type, VolumeMountStatus.type]);

/** All that a node is put through, by users who keep away from what the controllers in question make by themselves. */
export function everything(...names: readonly string[]): Omit<Scenario, 'controllers'> {
  const outputs = names.flatMap((name) => portsOf(name)).filter(({ direction }) => direction === 'output');
  const made = new Set(outputs.map(({ type }) => kindOf(type)));
  // Users stand in for the other registries, and for who else speaks of members.
  for (const type of [RAW, MERGED]) made.delete(kindOf(type));
  const steps = [
    ...configurations.steps.slice(0, 3),
    ...derivations.steps,
    ...configurations.steps.slice(3),
    ...files.steps,
  ];
  return {
    setting: files.setting,
    steps: steps.map((step) => (state) => step(keptFrom(made, state))),
    atRest: async (state) => {
      await derivations.atRest?.(state);
      await configurations.atRest?.(keptFrom(made, state));
    },
    types: [...types, MachineConfig, KubeSpanIdentity],
    observe: (resource) => {
      const { namespace, type, id } = resource.metadata;
      // What is asked for again after each crash; and what is called after who the node is.
      if (MOUNTING.has(type) || (namespace === MERGED.namespace && type === MERGED.type && isDrawn(id)))
        return undefined;
      const seen = configurations.observe?.(resource) as object;
      return DRAWN.has(type) ? { ...seen, spec: 'drawn' } : seen;
    },
  };
}

function portsOf(name: string) {
  return own(name)(realHost()).flatMap(({ ports }) => Object.values(ports));
}

function kindOf({ namespace, type }: Kind): string {
  return `${namespace}/${type}`;
}

/** A state in which some kinds are nobody's to write but the controllers'. */
function keptFrom(made: ReadonlySet<string>, state: State): State {
  const isMade = (kind: Kind): boolean => made.has(kindOf(kind));
  return {
    get: (pointer) => state.get(pointer),
    list: (kind, options) => state.list(kind, options),
    create: async (resource, options) => (isMade(resource.metadata) ? resource : state.create(resource, options)),
    update: async (resource, options) => (isMade(resource.metadata) ? resource : state.update(resource, options)),
    teardown: async (pointer, options) => !isMade(pointer) && state.teardown(pointer, options),
    destroy: async (pointer, options) => (isMade(pointer) ? undefined : state.destroy(pointer, options)),
    watch: (pointer, options) => state.watch(pointer, options),
    watchKind: (kind, options) => state.watchKind(kind, options),
  };
}
