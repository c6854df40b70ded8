import { Buffer } from 'node:buffer';
import { RpcError } from '@cosi-ts/core';
import { readEntry } from '../../wire/entries.ts';
import type { AffiliateUpdateRequest, PublishedAffiliate } from '../../wire/messages.ts';
import { LIMITS } from '../limits.ts';
import type { Lease, StoredAffiliate } from './stored-affiliate.ts';

/** What an update or an expiry makes of an affiliate. */
export interface Outcome {
  readonly lease: Lease;
  /** The new content; undefined if it stays as it was and nobody need be told. */
  readonly content: Omit<PublishedAffiliate, 'id'> | undefined;
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
export function decideUpdate(
  before: StoredAffiliate | undefined,
  { data, endpoints, ttlNanos }: AffiliateUpdateRequest,
  now: number,
): Outcome {
  const expires = now + ttlNanos / 1e6;
  const known = before === undefined ? NOTHING : readEntry(before.entry);
  const lease = before?.lease ?? { expires, endpoints: [] };
  const merged = mergeEndpoints({ bytes: known.endpoints, expires: lease.endpoints }, endpoints, expires);
  const hasData = data.length > 0;
  const isChanged =
    before === undefined ||
    merged.bytes.length > known.endpoints.length ||
    (hasData && Buffer.compare(known.data, data) !== 0);
  return {
    lease: { expires: hasData ? expires : Math.max(lease.expires, expires), endpoints: merged.expires },
    content: isChanged ? { data: hasData ? data : known.data, endpoints: merged.bytes } : undefined,
  };
}

const NOTHING = { data: new Uint8Array(0), endpoints: [] };

interface Endpoints {
  readonly bytes: readonly Uint8Array[];
  readonly expires: readonly number[];
}

function mergeEndpoints(known: Endpoints, added: readonly Uint8Array[], expires: number): Endpoints {
  if (added.length === 0) return known;
  const bytes = [...known.bytes];
  const expirations = [...known.expires];
  for (const endpoint of added) {
    const index = bytes.findIndex((other) => Buffer.compare(other, endpoint) === 0);
    if (index >= 0) {
      expirations[index] = Math.max(expirations[index] ?? expires, expires);
      continue;
    }
    if (bytes.length >= LIMITS.endpointsPerAffiliate) {
      throw new RpcError('RESOURCE_EXHAUSTED', `an affiliate has at most ${LIMITS.endpointsPerAffiliate} endpoints`);
    }
    bytes.push(endpoint);
    expirations.push(expires);
  }
  return { bytes, expires: expirations };
}
