import type { AddressSortAlgorithm, IpPort, IpPrefix } from '@cosi-ts/resources';
import type { ConfigProblem } from './problem.ts';

/**
 * What a machine configuration says, whichever form says it: an immutable value whose fields already follow the
 * precedence of the legacy blocks and the documents. It holds the cluster's secret.
 */
export interface ParsedMachineConfig {
  /** The whole configuration as it was read, with what is not used here. */
  readonly text: string;
  /** Whether there is a v1alpha1 document. Without one there is no discovery configuration. */
  readonly hasV1Alpha1: boolean;
  /** Whether it has a `machine` section, be it empty. */
  readonly hasMachine: boolean;
  /** Whether it has a `cluster` section, be it empty. */
  readonly hasCluster: boolean;

  /** `unknown` without a machine section; a worker when the section does not say. */
  readonly machineType: ConfiguredMachineType;
  /** Empty when the host is to tell. */
  readonly hostname: string;
  readonly interfaces: readonly ConfiguredInterface[];
  readonly nodeAddressSortAlgorithm: AddressSortAlgorithm;
  /** Whether the node's name in Kubernetes is the host name with the domain. */
  readonly registerWithFqdn: boolean;
  readonly skipNodeRegistration: boolean;
  /** Who signs the certificates of the cluster's API, from `machine.ca`. */
  readonly authority: ConfiguredAuthority | undefined;

  readonly clusterName: string;
  /** The URL of the control plane as written; empty when there is none. */
  readonly controlPlaneEndpoint: string;
  /** The port of this node's API server, where the configuration gives one. */
  readonly localApiServerPort: number | undefined;
  /** What Talos uses when a cluster section gives none. */
  readonly podSubnets: readonly IpPrefix[];
  readonly serviceSubnets: readonly IpPrefix[];

  /** The discovery services in their order: the one of the legacy block if it is on, else those of the documents. */
  readonly discoveryServices: readonly DiscoveryService[];
  /** The legacy one if it has an id or a secret, else that of the document. */
  readonly discoveryIdentity: DiscoveryIdentity | undefined;
  readonly kubernetesRegistryEnabled: boolean;
  /** That of the document, else that of the legacy block. */
  readonly kubespan: KubespanSettings | undefined;
  /** The endpoints to announce besides the node's own addresses, of all documents. */
  readonly extraEndpoints: readonly IpPort[];

  /** Names the keys and kinds that are read by nobody here; undefined when there are none. */
  readonly warning: ConfigProblem | undefined;
}

export type ConfiguredMachineType = 'unknown' | 'init' | 'controlplane' | 'worker';

/** An authority as configured: PEM in base64, unchecked. Only control plane nodes have its key; else it is empty. */
export interface ConfiguredAuthority {
  readonly crt: string;
  readonly key: string;
}

/** An interface as configured. A plain host has its own; these are for a node that cannot ask the host. */
export interface ConfiguredInterface {
  readonly name: string;
  /** In their order, host bits kept; a bare address is a prefix of itself alone. */
  readonly addresses: readonly IpPrefix[];
  /** In lower case with colons; undefined when not given. */
  readonly hardwareAddr: string | undefined;
}

/** A discovery service to register with. */
export interface DiscoveryService {
  /** `legacy` for the one of the legacy block. */
  readonly name: string;
  /** The URL as written; the public service where the legacy block gives none. */
  readonly url: string;
  /** Host and port to connect to. */
  readonly endpoint: string;
  readonly insecure: boolean;
}

/** What makes nodes one cluster. Either may be empty in the legacy form. */
export interface DiscoveryIdentity {
  /** Opaque text, never decoded. */
  readonly clusterId: string;
  /** 32 bytes in base64. */
  readonly clusterSecret: string;
}

/** How KubeSpan is to work. */
export interface KubespanSettings {
  readonly enabled: boolean;
  /** Whether traffic to a peer that is down is dropped and not sent past KubeSpan. */
  readonly forceRouting: boolean;
  readonly advertiseKubernetesNetworks: boolean;
  readonly harvestExtraEndpoints: boolean;
  readonly mtu: number;
  /** Undefined, or without a rule, keeps all endpoints. */
  readonly endpointFilters: readonly string[] | undefined;
  readonly excludeAdvertisedNetworks: readonly IpPrefix[];
}
