import { readEntry } from '../../wire/entries.ts';
import type { Outcome } from './decide-update.ts';
import type { StoredAffiliate } from './stored-affiliate.ts';

/**
 * What time makes of an affiliate: an outcome if some of its endpoints expired, `gone` if all of it did, undefined if
 * nothing. To the moment of their expiry affiliates still stay, and endpoints do not.
 *
 * @param now milliseconds of the monotonic clock
 */
export function decideExpiry({ entry, lease }: StoredAffiliate, now: number): Outcome | 'gone' | undefined {
  if (lease.expires < now) return 'gone';
  if (lease.endpoints.every((expires) => expires > now)) return undefined;
  const { data, endpoints } = readEntry(entry);
  const stays = (_: unknown, index: number): boolean => (lease.endpoints[index] ?? 0) > now;
  return {
    lease: { expires: lease.expires, endpoints: lease.endpoints.filter(stays) },
    content: { data, endpoints: endpoints.filter(stays) },
  };
}
