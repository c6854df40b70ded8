import { countEndpoints, readEntry } from '../../wire/entries.ts';
import type { Outcome } from './decide-update.ts';
import { endpointExpiryOf, expiryOf, leaseOf } from './lease.ts';
import type { StoredAffiliate } from './stored-affiliate.ts';

/**
 * What time makes of an affiliate: an outcome if some of its endpoints expired, `gone` if all of it did, undefined if
 * nothing. To the moment of their expiry affiliates still stay, and endpoints do not.
 *
 * @param now milliseconds of the monotonic clock
 */
export function decideExpiry({ entry, lease }: StoredAffiliate, now: number): Outcome | 'gone' | undefined {
  const expires = expiryOf(lease);
  if (expires < now) return 'gone';
  const isOver =
    typeof lease === 'number'
      ? lease <= now && countEndpoints(entry) > 0
      : lease.endpoints.some((endpoint) => endpoint <= now);
  if (!isOver) return undefined;
  const { data, endpoints } = readEntry(entry);
  const stays = (_: unknown, index: number): boolean => endpointExpiryOf(lease, index) > now;
  const left = endpoints.map((_, index) => endpointExpiryOf(lease, index)).filter(stays);
  return { lease: leaseOf(expires, left), content: { data, endpoints: endpoints.filter(stays) } };
}
