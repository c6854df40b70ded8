export { MalformedMessageError } from './wire/malformed.ts';
export type { Codec } from './wire/codec.ts';
export {
  affiliateData,
  type AddressBytes,
  type AffiliateData,
  type ControlPlaneData,
  type KubeSpanData,
  type PrefixData,
} from './wire/affiliate-data.ts';
export { endpointData, type EndpointData } from './wire/endpoint-data.ts';
export { createAffiliateCipher, NONCE_BYTES, type AffiliateCipher } from './crypto/affiliate-cipher.ts';
export { createEndpointCipher, EndpointTooLongError, type EndpointCipher } from './crypto/endpoint-cipher.ts';
export type { Opened } from './crypto/opened.ts';
export { LIMITS } from './server/limits.ts';
export { startDiscoveryService, type DiscoveryCounts, type DiscoveryService } from './server/discovery-service.ts';
export type { DiscoveryServiceOptions } from './server/options.ts';
export type { SnapshotSettings } from './server/snapshots/snapshots.ts';
export type { DiscoveryObserver, ObservedCall, SnapshotResult } from './server/observe/observer.ts';

export { DiscoveryClient, type ReadableTable } from './client/discovery-client.ts';
export type { DiscoveryClientOptions } from './client/options.ts';
export type { DiscoveredAffiliate } from './client/discovered-affiliate.ts';
export type { PeerEndpoints } from './client/publication.ts';
export type { ClientFailure, ClientStatus } from './client/status.ts';
