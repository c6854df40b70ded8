export { Base62Error, decodeBase62, encodeBase62 } from './identity/base62.ts';
export { formatHardwareAddress, hardwareAddressFromName, parseHardwareAddress } from './identity/hardware-address.ts';
export { NODE_ID_BYTES, NodeIdError, machineIdOf, nodeIdBytes, nodeIdFrom } from './identity/node-id.ts';
export { isKubespanUla, isSiderolinkUla, kubespanAddress, kubespanSubnet } from './identity/ula.ts';
export {
  WIREGUARD_KEY_BYTES,
  isWireguardKey,
  wireguardKeyPairFrom,
  wireguardPublicKey,
  type WireguardKeyPair,
} from './identity/wireguard-key.ts';

export {
  checkMachineConfig,
  parseMachineConfig,
  type CheckedConfig,
  type ParseOptions,
} from './config/machine-config/parse.ts';
export type {
  ConfiguredInterface,
  ConfiguredMachineType,
  DiscoveryIdentity,
  DiscoveryService,
  KubespanSettings,
  ParsedMachineConfig,
} from './config/machine-config/machine-config.ts';
export {
  MachineConfigError,
  formatErrors,
  formatProblem,
  type ConfigProblem,
} from './config/machine-config/problem.ts';
export {
  DEFAULT_DISCOVERY_ENDPOINT,
  EndpointError,
  normalizeEndpoint,
  type ServiceAddress,
} from './config/machine-config/endpoint.ts';
export { generateNodeConfig, type NodeConfigOptions } from './config/machine-config/generate/node-config.ts';
export { clusterIdFrom, clusterSecretFrom } from './config/machine-config/generate/cluster-identity.ts';
export { machineConfigSecrets, redactMachineConfig, type RedactOptions } from './config/machine-config/edit/redact.ts';
export { setServiceEndpoint, type SetEndpointOptions } from './config/machine-config/edit/set-service-endpoint.ts';

export { API_SOCKET, startNode, type Node, type NodeOptions } from './node/node.ts';
export type { RolesOf } from './node/api.ts';
export { NodeError } from './node/node-error.ts';
export { nodeControllers } from './node/controllers.ts';
export type { OperatingSystem } from './cluster/local-affiliate.ts';
export { UNCONFIRMED } from './cluster/unconfirmed.ts';
export { isDiscoveryCache } from './registries/service/discovery-caches.ts';
export {
  KubernetesError,
  type KubernetesAccess,
  type KubernetesApi,
  type ListQuery,
  type NodeWatch,
  type WatchQuery,
} from './registries/kubernetes/api.ts';
export { kubeconfigAccess } from './registries/kubernetes/drivers/kubeconfig.ts';
export type { HostAddress, HostLink, HostSystem } from './system/host/host-system.ts';
export type {
  DeviceProbe,
  KernelLink,
  LinkChange,
  NetworkDriver,
  WireguardChange,
  WireguardDevice,
  WireguardDevicePeer,
  WireguardPeerChange,
} from './network/network-driver.ts';
export { linuxNetwork, type LinuxNetworkOptions } from './network/drivers/linux-network.ts';
export type { DeviceChoice } from './network/drivers/probe.ts';
export { plainHost } from './system/host/drivers/plain-host.ts';
export { MachineConfigFileError, readMachineConfig } from './config/read-machine-config.ts';
