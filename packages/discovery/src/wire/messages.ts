import * as pb from '../gen/sidero/discovery/server/cluster_pb.ts';
import type { Codec } from './codec.ts';
import { codec } from './codec.ts';
import { durationOf, nanosOf } from './duration.ts';
import { text } from './text.ts';

export interface HelloRequest {
  readonly clusterId: string;
  /** Only counted. */
  readonly clientVersion: string;
}

export interface HelloResponse {
  /** `host:port` of the service to use instead of this one; an empty one means none. */
  readonly redirect?: string | undefined;
  /** Address that the caller was seen from, 4 or 16 bytes, or none. */
  readonly clientIp: Uint8Array;
}

export interface AffiliateUpdateRequest {
  readonly clusterId: string;
  readonly affiliateId: string;
  /** Sealed affiliate; empty leaves the stored one alone, whether it was absent or present on the wire. */
  readonly data: Uint8Array;
  /** Sealed endpoints, to be added to the stored ones. */
  readonly endpoints: readonly Uint8Array[];
  /** Lifetime in nanoseconds, possibly 0 or negative, saturated to 64 bits. */
  readonly ttlNanos: number;
}

export interface AffiliateDeleteRequest {
  readonly clusterId: string;
  readonly affiliateId: string;
}

/** Of List and Watch. */
export interface ClusterRequest {
  readonly clusterId: string;
}

/** An affiliate as the service hands it out. */
export interface PublishedAffiliate {
  readonly id: string;
  /** Sealed affiliate; empty if nobody but its peers has spoken of it. */
  readonly data: Uint8Array;
  /** Sealed endpoints, in the order in which they were first seen. */
  readonly endpoints: readonly Uint8Array[];
}

export interface ListResponse {
  readonly affiliates: readonly PublishedAffiliate[];
}

/** The first of a watch holds everything; each later one a single change. */
export interface WatchResponse {
  readonly affiliates: readonly PublishedAffiliate[];
  /** The affiliates are gone and have nothing but an id. */
  readonly deleted: boolean;
}

export const helloRequest = codec(
  pb.HelloRequestSchema,
  ({ clusterId, clientVersion }): HelloRequest => ({ clusterId, clientVersion }),
  ({ clusterId, clientVersion }: HelloRequest) => ({
    clusterId: text(clusterId, pb.HelloRequestSchema.typeName),
    clientVersion: text(clientVersion, pb.HelloRequestSchema.typeName),
  }),
);

export const helloResponse = codec(
  pb.HelloResponseSchema,
  ({ redirect, clientIp }): HelloResponse => ({ ...(redirect && { redirect: redirect.endpoint }), clientIp }),
  ({ redirect, clientIp }: HelloResponse) => ({
    clientIp,
    ...(redirect !== undefined && { redirect: { endpoint: text(redirect, pb.RedirectMessageSchema.typeName) } }),
  }),
);

const NO_BYTES = new Uint8Array(0);

export const affiliateUpdateRequest = codec(
  pb.AffiliateUpdateRequestSchema,
  (message): AffiliateUpdateRequest => ({
    clusterId: message.clusterId,
    affiliateId: message.affiliateId,
    data: message.affiliateData ?? NO_BYTES,
    endpoints: message.affiliateEndpoints,
    ttlNanos: nanosOf(message.ttl),
  }),
  (value: AffiliateUpdateRequest) => ({
    clusterId: text(value.clusterId, pb.AffiliateUpdateRequestSchema.typeName),
    affiliateId: text(value.affiliateId, pb.AffiliateUpdateRequestSchema.typeName),
    ...(value.data.length > 0 && { affiliateData: value.data }),
    affiliateEndpoints: [...value.endpoints],
    ttl: durationOf(value.ttlNanos),
  }),
);

export const affiliateDeleteRequest = codec(
  pb.AffiliateDeleteRequestSchema,
  ({ clusterId, affiliateId }): AffiliateDeleteRequest => ({ clusterId, affiliateId }),
  ({ clusterId, affiliateId }: AffiliateDeleteRequest) => ({
    clusterId: text(clusterId, pb.AffiliateDeleteRequestSchema.typeName),
    affiliateId: text(affiliateId, pb.AffiliateDeleteRequestSchema.typeName),
  }),
);

/** ListRequest and WatchRequest, which are alike. */
export const clusterRequest = codec(
  pb.WatchRequestSchema,
  ({ clusterId }): ClusterRequest => ({ clusterId }),
  ({ clusterId }: ClusterRequest) => ({ clusterId: text(clusterId, pb.WatchRequestSchema.typeName) }),
);

export const listResponse = codec(
  pb.ListResponseSchema,
  ({ affiliates }): ListResponse => ({ affiliates: affiliates.map(readAffiliate) }),
  ({ affiliates }: ListResponse) => ({ affiliates: affiliates.map(writeAffiliate) }),
);

export const watchResponse = codec(
  pb.WatchResponseSchema,
  ({ affiliates, deleted }): WatchResponse => ({ affiliates: affiliates.map(readAffiliate), deleted }),
  ({ affiliates, deleted }: WatchResponse) => ({ affiliates: affiliates.map(writeAffiliate), deleted }),
);

/** AffiliateUpdateResponse and AffiliateDeleteResponse, which say nothing. */
export const emptyResponse: Codec<undefined> = codec(
  pb.AffiliateUpdateResponseSchema,
  () => undefined,
  () => ({}),
);

function readAffiliate({ id, data, endpoints }: pb.Affiliate): PublishedAffiliate {
  return { id, data, endpoints };
}

function writeAffiliate({ id, data, endpoints }: PublishedAffiliate) {
  return { id: text(id, pb.AffiliateSchema.typeName), data, endpoints: [...endpoints] };
}
