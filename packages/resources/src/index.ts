export { Labels, type LabelQuestion } from './resource/labels.ts';
export { LabelSets } from './resource/label-sets.ts';
export {
  equalMetadata,
  kindKey,
  kindOfKey,
  pointerText,
  referenceText,
  sameKind,
  samePointer,
  type Kind,
  type Metadata,
  type Pointer,
} from './resource/metadata.ts';
export { parsePhase, type Phase } from './resource/phase.ts';
export {
  NO_SPEC,
  isTombstone,
  newMetadata,
  tombstone,
  type EncodedSpec,
  type NewMetadata,
  type Resource,
  type Tombstone,
} from './resource/resource.ts';
export {
  resourceType,
  type PrintColumn,
  type ResourceType,
  type SpecCodec,
  type SpecTypeOf,
} from './resource/resource-type.ts';
export { SchemaError } from './resource/errors.ts';
export {
  FIRST_VERSION,
  UNDEFINED_VERSION,
  formatVersion,
  nextVersion,
  parseVersion,
  versionOf,
  type Version,
} from './resource/version.ts';

export {
  compareIpAddresses,
  ipAddressFromBytes,
  ipAddressOf,
  ipAddressToBytes,
  isIpAddress,
  isIpv4,
  parseIpAddress,
  type IpAddress,
} from './net/ip-address.ts';
export {
  compareIpPrefixes,
  ipPrefixAddress,
  ipPrefixBits,
  ipPrefixContains,
  ipPrefixFrom,
  ipPrefixOf,
  isIpPrefix,
  maskIpPrefix,
  parseIpPrefix,
  singleIpPrefix,
  type IpPrefix,
} from './net/ip-prefix.ts';
export {
  compareIpPorts,
  ipPortAddress,
  ipPortFrom,
  ipPortNumber,
  ipPortOf,
  isIpPort,
  parseIpPort,
  type IpPort,
} from './net/ip-port.ts';
export { filterIpAddresses, filterNodeAddresses, type SubnetFilter } from './net/filter.ts';
export { nodeIpAddresses, sortNodeAddresses, type AddressSortAlgorithm } from './net/node-address-sort.ts';
export {
  prefixSetOf,
  prefixSetPrefixes,
  prefixSetsOverlap,
  subtractPrefixSet,
  unitePrefixSets,
  type PrefixSet,
} from './net/prefix-set.ts';

export { defineResource, type DeclaredType, type ResourceDeclaration } from './define/define-resource.ts';
export {
  bool,
  bytes,
  duration,
  enumOf,
  flagsOf,
  hardwareAddress,
  int32,
  int64,
  ipAddress,
  ipPort,
  ipPrefix,
  list,
  object,
  optional,
  string,
  stringMap,
  textBytes,
  timestamp,
  uint32,
  type Field,
  type FieldKind,
  type FieldOptions,
  type Fields,
  type Item,
  type SpecOf,
} from './define/fields.ts';
export { ResourceYamlError, parseResourceYaml } from './yaml/parse-resource.ts';
export { metadataYaml, resourceYaml } from './yaml/resource-yaml.ts';
export { itemIndent, valueIndent } from './yaml/layout.ts';
export {
  doubleQuoted as doubleQuotedYaml,
  literalBlock as literalYaml,
  textScalar as textYaml,
  type BlockIndent,
} from './yaml/scalar.ts';
export { TypeNameError } from './define/names.ts';
export type { NamedField, ObjectShape, ScalarShape, Shape } from './define/shape.ts';
export type { CompiledCodec, Layout } from './define/spec-codec.ts';

export { Namespace, type NamespaceSpec } from './types/meta/namespace.ts';
export { ResourceDefinition, type ResourceDefinitionSpec } from './types/meta/resource-definition.ts';
export { MachineConfig, type MachineConfigSpec } from './types/config/machine-config.ts';
export { MachineType, type MachineTypeSpec } from './types/config/machine-type.ts';
export { Affiliate, type KubeSpanAffiliate, type AffiliateSpec } from './types/cluster/affiliate.ts';
export type { ControlPlane } from './types/cluster/control-plane.ts';
export { DiscoveryConfig, type ServiceEndpoint, type DiscoveryConfigSpec } from './types/cluster/discovery-config.ts';
export { Identity, type IdentitySpec } from './types/cluster/identity.ts';
export { Info, type InfoSpec } from './types/cluster/info.ts';
export { Member, type MemberSpec } from './types/cluster/member.ts';
export { RegistryStatus, type RegistryState, type RegistryStatusSpec } from './types/discovery/registry-status.ts';
export { KubeSpanConfig, type KubeSpanConfigSpec } from './types/kubespan/config.ts';
export { KubeSpanDeviceStatus, type KubeSpanDeviceStatusSpec } from './types/kubespan/device-status.ts';
export { KubeSpanEndpoint, type KubeSpanEndpointSpec } from './types/kubespan/endpoint.ts';
export { KubeSpanIdentity, type KubeSpanIdentitySpec } from './types/kubespan/identity.ts';
export { KubeSpanPeerWarning, type KubeSpanPeerWarningSpec } from './types/kubespan/peer-warning.ts';
export { KubeSpanPeerSpec, type KubeSpanPeerSpecSpec } from './types/kubespan/peer-spec.ts';
export {
  KubeSpanPeerStatus,
  type KubeSpanPeerState,
  type KubeSpanPeerStatusSpec,
} from './types/kubespan/peer-status.ts';
export { AddressSpec, type AddressSpecSpec } from './types/network/address-spec.ts';
export { LinkSpec, type LinkSpecSpec } from './types/network/link-spec.ts';
export { LinkStatus, type LinkStatusSpec } from './types/network/link-status.ts';
export {
  NFT_PRIORITIES,
  NfTablesChain,
  type NfTablesAddressMatch,
  type NfTablesChainSpec,
  type NfTablesMark,
  type NfTablesRule,
} from './types/network/nftables-chain.ts';
export { RouteSpec, type RouteSpecSpec } from './types/network/route-spec.ts';
export { RoutingRuleSpec, type RoutingRuleSpecSpec } from './types/network/routing-rule-spec.ts';
export type { WireguardPeer, WireguardSettings } from './types/network/wireguard.ts';
export { AddressStatus, type AddressStatusSpec } from './types/network/address-status.ts';
export { HardwareAddr, type HardwareAddrSpec } from './types/network/hardware-addr.ts';
export { HostnameStatus, type HostnameStatusSpec } from './types/network/hostname-status.ts';
export { NodeAddressFilter, type NodeAddressFilterSpec } from './types/network/node-address-filter.ts';
export {
  NodeAddressSortAlgorithm,
  type NodeAddressSortAlgorithmSpec,
} from './types/network/node-address-sort-algorithm.ts';
export { NodeAddress, type NodeAddressSpec } from './types/network/node-address.ts';
export { ApiServerConfig, type ApiServerConfigSpec } from './types/k8s/api-server-config.ts';
export { Endpoint, type EndpointSpec } from './types/k8s/endpoint.ts';
export { NodeStatus, type NodeStatusSpec } from './types/k8s/node-status.ts';
export { Nodename, type NodenameSpec } from './types/k8s/nodename.ts';
export { MachineResetSignal, type MachineResetSignalSpec } from './types/runtime/machine-reset-signal.ts';
export { EtcFileSpec, type EtcFileSpecSpec } from './types/files/etc-file-spec.ts';
export { VolumeMountRequest, type VolumeMountRequestSpec } from './types/block/volume-mount-request.ts';
export { VolumeMountStatus, type VolumeMountStatusSpec } from './types/block/volume-mount-status.ts';
export type { MachineTypeName } from './types/machine-type.ts';
export { definitionOf } from './types/meta/definition-of.ts';
export { builtinTypes } from './types/builtin.ts';
export {
  decodeSpec,
  encodeSpec,
  typeRegistry,
  type SpecBytes,
  type SpecForms,
  type TypeLookup,
  type TypeRegistry,
} from './registry.ts';
