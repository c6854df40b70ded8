import { RpcError } from '@cosi-ts/core';
import { textBytes } from '../wire/text.ts';

/** What the service accepts. All sizes are bytes, of ids as UTF-8. Every client out there relies on these. */
export const LIMITS = {
  clusterIdBytes: 256,
  affiliateIdBytes: 256,
  /** Sealed affiliate. */
  dataBytes: 2048,
  /** One sealed endpoint: an IPv6 address and its port take all of it. */
  endpointBytes: 32,
  /** Half an hour. */
  ttlNanos: 1_800_000_000_000,
  affiliatesPerCluster: 1024,
  /** Over all who report them, duplicates counted once. */
  endpointsPerAffiliate: 64,
} as const;

/** What of an update the limits are about; bytes in any form. */
export interface CheckedUpdate {
  readonly clusterId: string;
  readonly affiliateId: string;
  readonly data: { readonly length: number };
  readonly endpoints: readonly { readonly length: number }[];
  readonly ttlNanos: number;
}

/** @throws RpcError INVALID_ARGUMENT */
export function checkClusterId(id: string): void {
  checkId('cluster', id, LIMITS.clusterIdBytes);
}

/** @throws RpcError INVALID_ARGUMENT */
export function checkAffiliateId(id: string): void {
  checkId('affiliate', id, LIMITS.affiliateIdBytes);
}

/**
 * Checks a request by itself; the limits on numbers depend on what is stored. A lifetime has no minimum: it may be
 * over already.
 *
 * @throws RpcError INVALID_ARGUMENT
 */
export function checkUpdate({ clusterId, affiliateId, data, endpoints, ttlNanos }: CheckedUpdate): void {
  checkClusterId(clusterId);
  checkAffiliateId(affiliateId);
  if (data.length > LIMITS.dataBytes) {
    throw invalid(`affiliate data has ${data.length} bytes, more than ${LIMITS.dataBytes}`);
  }
  for (const endpoint of endpoints) checkEndpoint(endpoint);
  if (ttlNanos > LIMITS.ttlNanos) throw invalid('TTL is longer than 30 minutes');
}

/**
 * Other clients crash on an endpoint without bytes when they decrypt it, and none ever sends one; so one such write
 * would take a whole cluster's nodes down.
 */
function checkEndpoint(endpoint: { readonly length: number }): void {
  if (endpoint.length === 0) throw invalid('affiliate endpoint is empty');
  if (endpoint.length > LIMITS.endpointBytes) {
    throw invalid(`affiliate endpoint has ${endpoint.length} bytes, more than ${LIMITS.endpointBytes}`);
  }
}

function checkId(whose: 'cluster' | 'affiliate', id: string, limit: number): void {
  if (id === '') throw invalid(`${whose} ID is empty`);
  // UTF-8 is never shorter than UTF-16 has units, which spares measuring what is far too long.
  if (id.length > limit || textBytes(id) > limit) throw invalid(`${whose} ID is longer than ${limit} bytes`);
}

function invalid(message: string): RpcError {
  return new RpcError('INVALID_ARGUMENT', message);
}
