import type { IpPrefix } from '@cosi-ts/resources';
import type { ConfiguredAuthority } from '../machine-config.ts';
import { DEFAULT_DISCOVERY_ENDPOINT } from '../endpoint.ts';
import { yamlText } from './yaml-text.ts';
import { contractOf, type VersionContract } from './talos-version.ts';

/** What the generated configuration of a node says. */
export interface NodeConfigOptions {
  readonly type: 'init' | 'controlplane' | 'worker';
  /** The host's own name when not given. */
  readonly hostname?: string;
  /** The name of the one interface; the host's own interfaces when not given. */
  readonly interface?: string;
  readonly addresses?: readonly IpPrefix[];
  readonly hardwareAddr?: string;
  readonly clusterName: string;
  /** The URL of the control plane. */
  readonly controlPlaneEndpoint?: string;
  readonly clusterId: string;
  /** 32 bytes in base64. */
  readonly clusterSecret: string;
  /** The URL of the discovery service; the public one when not given. */
  readonly serviceEndpoint?: string;
  readonly kubespan: boolean;
  /** Who signs the certificates of the API; workers are not given the key. */
  readonly authority?: ConfiguredAuthority;
  /** Whether to discover the cluster's members at all; yes by default. */
  readonly discovery?: boolean;
  /** The version of Talos whose form to write; v1.3 by default. */
  readonly talosVersion?: string;
}

/**
 * Writes the machine configuration of a node, with comments for who edits it.
 *
 * @throws RangeError when KubeSpan is to work without discovery, or the version is none.
 */
export function generateNodeConfig(options: NodeConfigOptions): string {
  const { kubespan, discovery = true, talosVersion } = options;
  if (kubespan && !discovery) throw new RangeError('KubeSpan requires cluster discovery to be enabled');
  const contract = contractOf(talosVersion);
  const main = [...HEADER, ...machine(options, contract), ...cluster(options, contract)];
  const parts = contract.documents ? [main, ...documents(options)] : [main];
  return parts.map((lines) => `${lines.join('\n')}\n`).join('---\n');
}

const HEADER = ['# The machine configuration of this node. It is yours to edit.', 'version: v1alpha1'];

function machine(options: NodeConfigOptions, contract: VersionContract): string[] {
  const { type, hostname, kubespan } = options;
  const network = [
    ...(hostname === undefined ? [] : [`        hostname: ${yamlText(hostname)}`]),
    ...interfaces(options),
    ...(contract.documents
      ? []
      : [
          '        # A WireGuard mesh between all nodes of the cluster. It needs cluster.discovery below.',
          '        kubespan:',
          `            enabled: ${kubespan}`,
        ]),
  ];
  return [
    'machine:',
    `    type: ${type} # controlplane or worker`,
    ...authority(options),
    ...(network.length === 0 ? [] : ['    network:', ...network]),
  ];
}

function authority({ type, authority }: NodeConfigOptions): string[] {
  if (authority === undefined) return [];
  return [
    '    # Signs the certificates of the API. Whoever has its key may do everything: workers do not have it.',
    '    ca:',
    `        crt: ${yamlText(authority.crt)}`,
    `        key: ${yamlText(type === 'worker' ? '' : authority.key)}`,
  ];
}

function interfaces({ interface: name, addresses = [], hardwareAddr }: NodeConfigOptions): string[] {
  if (name === undefined) return [];
  return [
    '        # Nodes that share a machine cannot ask it for these. Leave the list out and the machine is asked.',
    '        interfaces:',
    `            - interface: ${yamlText(name)}`,
    addresses.length === 0 ? '              addresses: []' : '              addresses:',
    ...addresses.map((address) => `                  - ${yamlText(address)}`),
    ...(hardwareAddr === undefined ? [] : [`              hardwareAddr: ${yamlText(hardwareAddr)}`]),
  ];
}

function cluster(options: NodeConfigOptions, contract: VersionContract): string[] {
  const { clusterName, controlPlaneEndpoint: endpoint, clusterId, clusterSecret } = options;
  const lines = [
    'cluster:',
    `    clusterName: ${yamlText(clusterName)}`,
    ...(endpoint === undefined ? [] : ['    controlPlane:', `        endpoint: ${yamlText(endpoint)}`]),
  ];
  if (contract.documents) return lines;
  return [
    ...lines,
    `    # ${ID_COMMENT}`,
    `    id: ${yamlText(clusterId)}`,
    `    # ${SECRET_COMMENT}`,
    `    secret: ${yamlText(clusterSecret)}`,
    ...legacyDiscovery(options, contract),
  ];
}

const ID_COMMENT = 'The same on all nodes of a cluster: the discovery service knows the cluster by it.';
const SECRET_COMMENT = 'The same on all nodes, and secret: what they publish is encrypted with it.';

function legacyDiscovery(
  { discovery = true, serviceEndpoint }: NodeConfigOptions,
  contract: VersionContract,
): string[] {
  if (!discovery) return ['    discovery:', '        enabled: false # true: find the members of the cluster'];
  return [
    '    discovery:',
    '        enabled: true # false: no members',
    '        # Where nodes publish themselves and find each other. Without any registry there are no members.',
    '        registries:',
    '            kubernetes:',
    `                disabled: ${!contract.kubernetesRegistry}`,
    '            service:',
    '                disabled: false',
    ...(serviceEndpoint === undefined ? [] : [`                endpoint: ${yamlText(serviceEndpoint)}`]),
  ];
}

function documents({ clusterId, clusterSecret, discovery = true, ...options }: NodeConfigOptions): string[][] {
  const { serviceEndpoint = DEFAULT_DISCOVERY_ENDPOINT, kubespan } = options;
  const service = [
    ...start(
      'DiscoveryServiceConfig',
      'Where nodes publish themselves and find each other. Without it there are no members.',
    ),
    'name: default',
    `endpoint: ${yamlText(serviceEndpoint)}`,
  ];
  const identity = [
    ...start('DiscoveryIdentityConfig', ID_COMMENT),
    `clusterID: ${yamlText(clusterId)}`,
    `# ${SECRET_COMMENT}`,
    `clusterSecret: ${yamlText(clusterSecret)}`,
  ];
  const mesh = [
    ...start('KubeSpanConfig', 'A WireGuard mesh between all nodes of the cluster. It needs a discovery service.'),
    'enabled: true',
  ];
  return [...(discovery ? [service] : []), identity, ...(kubespan ? [mesh] : [])];
}

function start(kind: string, comment: string): string[] {
  return [`# ${comment}`, 'apiVersion: v1alpha1', `kind: ${kind}`];
}
