import type { Packed } from '../../wire/packed.ts';
import type { Lease } from './lease.ts';

/**
 * An affiliate as the service keeps it. Its content exists once, as the bytes that every response is joined from; a
 * change of it is a commit that watchers hear of.
 */
export interface StoredAffiliate {
  /** From `packEntry`; never changed. */
  readonly entry: Packed;
  /** How long it stays. Lifetimes are on no wire: a new lease is no change, and takes the old one's place. */
  lease: Lease;
}
