import {
  AddressStatus,
  Affiliate,
  ApiServerConfig,
  DiscoveryConfig,
  HostnameStatus,
  Identity,
  KubeSpanConfig,
  KubeSpanIdentity,
  MachineType,
  NodeAddress,
  NodeStatus,
  Nodename,
  filterIpAddresses,
  ipPortFrom,
  ipPrefixAddress,
  nodeIpAddresses,
  type AffiliateSpec,
  type IpAddress,
  type IpPort,
} from '@cosi-ts/resources';
import { defineController, removeOutput, shared, weak, writeOutput, type Controller } from '@cosi-ts/runtime';
import { isSiderolinkUla } from '../identity/ula.ts';

/** The port that KubeSpan's WireGuard device listens on. */
const KUBESPAN_PORT = 51820;

const NAME = 'cluster.LocalAffiliateController';

/** Text for affiliates: `Talos (v1.3.0)`. */
export interface OperatingSystem {
  readonly name: string;
  readonly version: string;
}

/** What this node says of itself: the affiliate that the registries publish, as long as any of them is on. */
export function localAffiliateController(os: OperatingSystem): Controller {
  return defineController({
    name: NAME,
    ports: {
      discovery: weak(DiscoveryConfig, { id: 'cluster' }),
      identity: weak(Identity, { id: 'local' }),
      hostname: weak(HostnameStatus, { id: 'hostname' }),
      nodename: weak(Nodename, { id: 'nodename' }),
      addresses: weak(NodeAddress),
      nodeStatus: weak(NodeStatus),
      kubespanIdentity: weak(KubeSpanIdentity, { id: 'local' }),
      kubespanConfig: weak(KubeSpanConfig, { id: 'kubespan' }),
      machineType: weak(MachineType, { id: 'machine-type' }),
      publicAddresses: weak(AddressStatus.in('cluster'), { feedback: true }),
      apiServer: weak(ApiServerConfig, { id: 'final-kube-apiserver' }),
      affiliates: shared(Affiliate),
    },
    async reconcile(ports) {
      const discovery = await ports.discovery.find('cluster');
      const identity = await ports.identity.find('local');
      const hostname = await ports.hostname.find('hostname');
      const nodename = await ports.nodename.find('nodename');
      const routed = await ports.addresses.find('routed-no-k8s');
      const current = await ports.addresses.find('current-no-k8s');
      const machineType = await ports.machineType.find('machine-type');
      // An input that is missing for a while takes nothing back.
      if (!discovery || !identity || !hostname || !nodename || !routed || !current || !machineType) return;

      const { nodeId } = identity.spec;
      const enabled = discovery.spec.registryKubernetesEnabled || discovery.spec.serviceEndpoints.length > 0;
      if (enabled) {
        const { hostname: host, domainname } = hostname.spec;
        const isControlPlane =
          machineType.spec.machineType === 'controlplane' || machineType.spec.machineType === 'init';
        const apiServer = isControlPlane ? await ports.apiServer.find('final-kube-apiserver') : undefined;
        const kubespan = await ports.kubespanIdentity.find('local');
        const config = await ports.kubespanConfig.find('kubespan');
        const nodeStatus = await ports.nodeStatus.find(nodename.spec.nodename);
        const publicAddresses = await ports.publicAddresses.list();
        const spec: AffiliateSpec = {
          nodeId,
          addresses: nodeIpAddresses(routed.spec.addresses),
          hostname: domainname === '' ? host : `${host}.${domainname}`,
          nodename: nodename.spec.nodename,
          operatingSystem: `${os.name} (${os.version})`,
          machineType: machineType.spec.machineType,
          kubespan:
            kubespan === undefined || config === undefined
              ? NO_KUBESPAN
              : {
                  publicKey: kubespan.spec.publicKey,
                  address: ipPrefixAddress(kubespan.spec.address),
                  additionalAddresses: config.spec.advertiseKubernetesNetworks ? (nodeStatus?.spec.podCIDRs ?? []) : [],
                  endpoints: kubespanEndpoints({
                    current: nodeIpAddresses(current.spec.addresses),
                    own: ipPrefixAddress(kubespan.spec.address),
                    discovered: publicAddresses.map(({ spec }) => ipPrefixAddress(spec.address)),
                    filters: config.spec.endpointFilters,
                    extra: config.spec.extraEndpoints,
                  }),
                  excludeAdvertisedNetworks: config.spec.excludeAdvertisedNetworks,
                },
          controlPlane: apiServer === undefined ? undefined : { port: apiServer.spec.localPort },
        };
        if (!(await writeOutput(ports.affiliates, nodeId, spec, NAME))) {
          throw new Error(`the local affiliate ${nodeId} is held, or written, by another controller`);
        }
      }
      for (const { metadata } of await ports.affiliates.list()) {
        if (!(enabled && metadata.id === nodeId)) await removeOutput(ports.affiliates, metadata.id, NAME);
      }
    },
  });
}

const NO_KUBESPAN: AffiliateSpec['kubespan'] = {
  publicKey: '',
  address: '' as IpAddress,
  additionalAddresses: [],
  endpoints: [],
  excludeAdvertisedNetworks: [],
};

/** Where peers may reach the WireGuard device: own and discovered addresses, filtered, then the configured ones. */
function kubespanEndpoints(given: {
  readonly current: readonly IpAddress[];
  readonly own: IpAddress;
  readonly discovered: readonly IpAddress[];
  readonly filters: readonly string[];
  readonly extra: readonly IpPort[];
}): readonly IpPort[] {
  const local = given.current.filter((address) => address !== given.own && !isSiderolinkUla(address));
  const all = [...new Set([...local, ...given.discovered])];
  const allowed = given.filters.length === 0 ? all : filterIpAddresses(all, given.filters);
  return [...new Set([...allowed.map((address) => ipPortFrom(address, KUBESPAN_PORT)), ...given.extra])];
}
