import type { DeclaredType } from '../define/define-resource.ts';
import { Namespace } from './meta/namespace.ts';
import { ResourceDefinition } from './meta/resource-definition.ts';
import { MachineConfig } from './config/machine-config.ts';
import { MachineType } from './config/machine-type.ts';
import { Affiliate } from './cluster/affiliate.ts';
import { DiscoveryConfig } from './cluster/discovery-config.ts';
import { Identity } from './cluster/identity.ts';
import { Info } from './cluster/info.ts';
import { Member } from './cluster/member.ts';
import { RegistryStatus } from './discovery/registry-status.ts';
import { KubeSpanConfig } from './kubespan/config.ts';
import { KubeSpanEndpoint } from './kubespan/endpoint.ts';
import { KubeSpanIdentity } from './kubespan/identity.ts';
import { KubeSpanPeerSpec } from './kubespan/peer-spec.ts';
import { KubeSpanPeerStatus } from './kubespan/peer-status.ts';
import { KubeSpanDeviceStatus } from './kubespan/device-status.ts';
import { KubeSpanPeerWarning } from './kubespan/peer-warning.ts';
import { AddressSpec } from './network/address-spec.ts';
import { LinkSpec } from './network/link-spec.ts';
import { LinkStatus } from './network/link-status.ts';
import { NfTablesChain } from './network/nftables-chain.ts';
import { RouteSpec } from './network/route-spec.ts';
import { RoutingRuleSpec } from './network/routing-rule-spec.ts';
import { AddressStatus } from './network/address-status.ts';
import { HardwareAddr } from './network/hardware-addr.ts';
import { HostnameStatus } from './network/hostname-status.ts';
import { NodeAddressFilter } from './network/node-address-filter.ts';
import { NodeAddressSortAlgorithm } from './network/node-address-sort-algorithm.ts';
import { NodeAddress } from './network/node-address.ts';
import { ApiServerConfig } from './k8s/api-server-config.ts';
import { Endpoint } from './k8s/endpoint.ts';
import { NodeStatus } from './k8s/node-status.ts';
import { Nodename } from './k8s/nodename.ts';
import { MachineResetSignal } from './runtime/machine-reset-signal.ts';
import { EtcFileSpec } from './files/etc-file-spec.ts';
import { VolumeMountRequest } from './block/volume-mount-request.ts';
import { VolumeMountStatus } from './block/volume-mount-status.ts';

/** Every type declared here. */
export const builtinTypes: readonly DeclaredType<object>[] = [
  Namespace,
  ResourceDefinition,
  MachineConfig,
  MachineType,
  Affiliate,
  DiscoveryConfig,
  Identity,
  Info,
  Member,
  RegistryStatus,
  KubeSpanConfig,
  KubeSpanEndpoint,
  KubeSpanIdentity,
  KubeSpanPeerSpec,
  KubeSpanPeerStatus,
  KubeSpanDeviceStatus,
  KubeSpanPeerWarning,
  LinkSpec,
  LinkStatus,
  AddressSpec,
  RouteSpec,
  RoutingRuleSpec,
  NfTablesChain,
  AddressStatus,
  HardwareAddr,
  HostnameStatus,
  NodeAddressFilter,
  NodeAddressSortAlgorithm,
  NodeAddress,
  ApiServerConfig,
  Endpoint,
  NodeStatus,
  Nodename,
  MachineResetSignal,
  EtcFileSpec,
  VolumeMountRequest,
  VolumeMountStatus,
];
