import { RpcError } from '@cosi-ts/core';
import { hasEndpoints, hasSameData, readEntry, type PackedContent } from '../../wire/entries.ts';
import { NOTHING, type Packed } from '../../wire/packed.ts';
import type { PackedUpdate } from '../../wire/packed-update.ts';
import { LIMITS } from '../limits.ts';
import { endpointExpiryOf, expiryOf, leaseOf, type Lease } from './lease.ts';
import type { StoredAffiliate } from './stored-affiliate.ts';

/** What an update or an expiry makes of an affiliate. */
export interface Outcome {
  readonly lease: Lease;
  /** The new content; undefined if it stays as it was and nobody need be told. */
  readonly content: PackedContent | undefined;
}

/**
 * Data replaces data and sets the affiliate's lifetime, which may thereby end earlier; endpoints are added to those
 * there are, each with a lifetime of its own; either way the affiliate stays at least as long as this update says. What
 * is there byte for byte already is no change.
 *
 * @param before undefined if the affiliate is new
 * @param now milliseconds of the monotonic clock
 * @throws RpcError RESOURCE_EXHAUSTED if there would be too many endpoints: then nothing of the update holds
 */
export function decideUpdate(before: StoredAffiliate | undefined, update: PackedUpdate, now: number): Outcome {
  const { data, endpoints, ttlNanos } = update;
  const expires = now + ttlNanos / 1e6;
  const lease = before?.lease ?? expires;
  if (before !== undefined && typeof lease === 'number' && lease <= expires && hasEndpoints(before.entry, endpoints)) {
    // What a node that only its own word is known of says all the time.
    const isChanged = data.length > 0 && !hasSameData(before.entry, data);
    return { lease: expires, content: isChanged ? update : undefined };
  }
  const known = before === undefined ? NO_CONTENT : readEntry(before.entry);
  const merged = mergeEndpoints(known.endpoints, lease, endpoints, expires);
  const hasData = data.length > 0;
  const isChanged =
    before === undefined || merged.known.length > known.endpoints.length || (hasData && known.data !== data);
  return {
    lease: leaseOf(hasData ? expires : Math.max(expiryOf(lease), expires), merged.expires),
    content: isChanged ? { data: hasData ? data : known.data, endpoints: merged.known } : undefined,
  };
}

const NO_CONTENT: PackedContent = { data: NOTHING, endpoints: [] };

interface Endpoints {
  readonly known: readonly Packed[];
  readonly expires: readonly number[];
}

function mergeEndpoints(known: readonly Packed[], lease: Lease, added: readonly Packed[], until: number): Endpoints {
  const all = [...known];
  const expires = all.map((_, index) => endpointExpiryOf(lease, index));
  for (const endpoint of added) {
    const index = all.indexOf(endpoint);
    if (index >= 0) {
      expires[index] = Math.max(expires[index] ?? until, until);
      continue;
    }
    if (all.length >= LIMITS.endpointsPerAffiliate) {
      throw new RpcError('RESOURCE_EXHAUSTED', `an affiliate has at most ${LIMITS.endpointsPerAffiliate} endpoints`);
    }
    all.push(endpoint);
    expires.push(until);
  }
  return { known: all, expires };
}
