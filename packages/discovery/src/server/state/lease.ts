/**
 * Until when an affiliate and its endpoints stay, in milliseconds of the monotonic clock: a number if that is the same
 * for all of them, as it is while nobody but the node itself speaks of it.
 */
export type Lease = number | SeparateLease;

export interface SeparateLease {
  readonly expires: number;
  /** Of each endpoint, in the order of the entry. */
  readonly endpoints: readonly number[];
}

export function leaseOf(expires: number, endpoints: readonly number[]): Lease {
  for (const endpoint of endpoints) if (endpoint !== expires) return { expires, endpoints };
  return expires;
}

export function expiryOf(lease: Lease): number {
  return typeof lease === 'number' ? lease : lease.expires;
}

/** @param index of the endpoint in the entry */
export function endpointExpiryOf(lease: Lease, index: number): number {
  return typeof lease === 'number' ? lease : (lease.endpoints[index] ?? lease.expires);
}
