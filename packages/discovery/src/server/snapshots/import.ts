import { Buffer } from 'node:buffer';
import { packEntry } from '../../wire/entries.ts';
import { pack } from '../../wire/packed.ts';
import type { AffiliateSnapshot, EndpointSnapshot } from '../../wire/snapshot.ts';
import { textBytes } from '../../wire/text.ts';
import { LIMITS } from '../limits.ts';
import { leaseOf } from '../state/lease.ts';
import type { StoredAffiliate } from '../state/stored-affiliate.ts';

/**
 * What of a snapshot's affiliate may be kept: other versions of the service had other limits, and what would be refused
 * from a caller, or has expired, is left out.
 *
 * @param now milliseconds of the monotonic clock
 * @returns undefined if nothing of it may be kept
 */
export function importAffiliate(
  { id, data, endpoints, ttl }: AffiliateSnapshot,
  now: number,
): StoredAffiliate | undefined {
  if (ttl < 0 || !isId(id, LIMITS.affiliateIdBytes) || data.length > LIMITS.dataBytes) return undefined;
  const kept = endpoints.filter(isSound).filter(isFirst).slice(0, LIMITS.endpointsPerAffiliate);
  return {
    entry: packEntry(id, { data: pack(data), endpoints: kept.map((endpoint) => pack(endpoint.data)) }),
    lease: leaseOf(
      until(ttl, now),
      kept.map((endpoint) => until(endpoint.ttl, now)),
    ),
  };
}

function until(ttl: number, now: number): number {
  return now + Math.min(ttl, LIMITS.ttlNanos / 1e6);
}

/** Whether a cluster of that id may be kept. */
export function isClusterId(id: string): boolean {
  return isId(id, LIMITS.clusterIdBytes);
}

function isId(id: string, limit: number): boolean {
  return id !== '' && textBytes(id) <= limit;
}

function isSound({ data, ttl }: EndpointSnapshot): boolean {
  return ttl > 0 && data.length > 0 && data.length <= LIMITS.endpointBytes;
}

function isFirst({ data }: EndpointSnapshot, index: number, all: readonly EndpointSnapshot[]): boolean {
  return all.findIndex((other) => Buffer.compare(other.data, data) === 0) === index;
}
