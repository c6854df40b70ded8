import type { Host, Owner, TlsIdentity } from '@cosi-ts/core';
import type { DiscoveredAffiliate } from './discovered-affiliate.ts';
import { textBytes } from '../wire/text.ts';

/** What a client needs: a world to act in, a service to speak to, and who speaks. */
export interface DiscoveryClientOptions {
  readonly host: Host;
  /** Ends the client when it closes; a drop ends it without a word to the service. */
  readonly owner: Owner;
  /** The service's `host:port`. */
  readonly endpoint: string;
  /** Plaintext instead of TLS. */
  readonly insecure?: boolean | undefined;
  /** By default the authorities of the host, as they are at each connection. */
  readonly tls?: TlsIdentity | undefined;
  /** 1 to 256 bytes; sent in clear. */
  readonly clusterId: string;
  /** 1 to 256 bytes; sent in clear. The id that this node publishes under, hence its node id. */
  readonly affiliateId: string;
  /** The cluster's secret: an AES key of 16, 24 or 32 bytes; never sent. */
  readonly key: Uint8Array;
  /** How long, in milliseconds, the service keeps what is published and this client what it saw; at most 30 min. */
  readonly ttl: number;
  /** Only counted by the service. */
  readonly clientVersion?: string | undefined;
  /**
   * File that keeps what was received, sealed as it was, so that a restart during an outage of the service finds the
   * others nevertheless; one client a file. Without it they are forgotten.
   */
  readonly cache?: string | undefined;
  /**
   * Milliseconds that a node stays known, as unconfirmed, which the service lacks after an outage: one that lost its
   * state needs time to hear of all again, up to the longest pause between two attempts of theirs. Two minutes by
   * default; never beyond the TTL since the service last told of it. A deletion that is told holds at once.
   */
  readonly unconfirmedGrace?: number | undefined;
  /**
   * An earlier client of the same cluster with the same secret, closed by now: what it knew stays known until this
   * one's service has told what there is, or its time is over.
   */
  readonly previous?: PreviousClient | undefined;
}

/** What is taken over from a client that is replaced. */
export interface PreviousClient {
  readonly affiliates: { list(): readonly DiscoveredAffiliate[] };
  timeLeft(id: string): number | undefined;
}

const MAX_TTL = 30 * 60_000;
const MAX_ID_BYTES = 256;

/** @throws RangeError for what no service would ever accept */
export function checkOptions({ clusterId, affiliateId, ttl }: DiscoveryClientOptions): void {
  checkId('cluster id', clusterId);
  checkId('affiliate id', affiliateId);
  if (!(ttl > 0 && ttl <= MAX_TTL))
    throw new RangeError(`the TTL is more than 0 and at most ${MAX_TTL} ms, not ${ttl}`);
}

function checkId(what: string, id: string): void {
  const bytes = textBytes(id);
  if (bytes === 0 || bytes > MAX_ID_BYTES)
    throw new RangeError(`the ${what} has 1 to ${MAX_ID_BYTES} bytes, not ${bytes}`);
  if (!id.isWellFormed()) throw new RangeError(`the ${what} holds a lone surrogate`);
}
