import { Buffer } from 'node:buffer';
import type { Table } from '@cosi-ts/core';
import { readEntry } from '../../wire/entries.ts';
import { unpack } from '../../wire/packed.ts';
import { encodeClusterSnapshot, type AffiliateSnapshot } from '../../wire/snapshot.ts';
import type { Clusters } from '../state/clusters.ts';
import { endpointExpiryOf, expiryOf } from '../state/lease.ts';
import type { StoredAffiliate } from '../state/stored-affiliate.ts';

/** What an exported or imported state holds. */
export interface Tally {
  bytes: number;
  clusters: number;
  affiliates: number;
  endpoints: number;
}

/** Large enough to be worth a write of its own. */
const CHUNK = 64 * 1024;

/**
 * The bytes of a snapshot, piece by piece, so that neither memory nor the loop is taken by all of it at once: a cluster
 * is as it was when its turn came. Clusters without affiliates are watched at most, and left out.
 *
 * @param tally is added to
 * @param now milliseconds of the monotonic clock
 */
export function* exportClusters(
  clusters: Clusters,
  tally: Tally,
  now: () => number,
): Generator<Uint8Array, void, void> {
  let pieces: Uint8Array[] = [];
  let size = 0;
  for (const table of clusters.all()) {
    if (table.size === 0) continue;
    const affiliates = Array.from(living(table), ([id, value]) => exportAffiliate(id, value, now()));
    const piece = encodeClusterSnapshot({ id: table.name, affiliates });
    tally.clusters += 1;
    tally.affiliates += affiliates.length;
    for (const { endpoints } of affiliates) tally.endpoints += endpoints.length;
    tally.bytes += piece.length;
    pieces.push(piece);
    size += piece.length;
    if (size < CHUNK) continue;
    yield Buffer.concat(pieces);
    pieces = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(pieces);
}

/** In order of last change, so that whoever reads the file gets the same order. */
function* living(table: Table<StoredAffiliate>): Generator<[id: string, value: StoredAffiliate]> {
  for (let { oldest: entry } = table; entry !== undefined; entry = entry.newer) {
    if (entry.value !== undefined) yield [entry.key, entry.value];
  }
}

function exportAffiliate(id: string, { entry, lease }: StoredAffiliate, now: number): AffiliateSnapshot {
  const { data, endpoints } = readEntry(entry);
  return {
    id,
    data: unpack(data),
    endpoints: endpoints.map((data, index) => ({ data: unpack(data), ttl: endpointExpiryOf(lease, index) - now })),
    ttl: expiryOf(lease) - now,
  };
}
