/**
 * An affiliate as the service keeps it. Its content exists once, as the bytes that every response is joined from; a
 * change of it is a commit that watchers hear of.
 */
export interface StoredAffiliate {
  /** From `encodeEntry`; never changed. */
  readonly entry: Uint8Array;
  /** How long it stays. Lifetimes are on no wire: a new lease is no change, and takes the old one's place. */
  lease: Lease;
}

/** Until when things stay, in milliseconds of the monotonic clock. */
export interface Lease {
  readonly expires: number;
  /** Of each endpoint, in the order of the entry. */
  readonly endpoints: readonly number[];
}
