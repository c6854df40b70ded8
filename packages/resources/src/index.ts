export { Labels } from './resource/labels.ts';
export {
  equalMetadata,
  kindKey,
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
