import { Buffer } from 'node:buffer';
import type { Timestamp } from '@cosi-ts/core';
import type { AffiliateCipher } from '../crypto/affiliate-cipher.ts';
import type { EndpointCipher } from '../crypto/endpoint-cipher.ts';
import { affiliateData, type AffiliateData } from '../wire/affiliate-data.ts';
import type { EndpointData } from '../wire/endpoint-data.ts';
import type { PublishedAffiliate } from '../wire/messages.ts';

/** Another node of the cluster, as the service told of it. Immutable. */
export interface DiscoveredAffiliate {
  /** Both the id that the service knows it under and the node id that was sealed. */
  readonly id: string;
  readonly data: AffiliateData;
  /** In the order in which the service first saw them; those that cannot be read are left out. */
  readonly endpoints: readonly EndpointData[];
  /** Known from before a restart, this node's or the service's, and not yet from the service. */
  readonly unconfirmed: boolean;
  /** When this content came, by this node's clock. */
  readonly received: Timestamp;
  /**
   * When the service first told this data, by the monotonic clock: the newer one of two services' is the one that was
   * told of a change last. Endpoints do not count; 0 for what is known from before a restart.
   */
  readonly dataSince: number;
  /** As received: what can be kept on disk. */
  readonly sealed: PublishedAffiliate;
}

export interface Ciphers {
  readonly affiliates: AffiliateCipher;
  readonly endpoints: EndpointCipher;
}

/** How it became known. */
export interface Receipt {
  readonly received: Timestamp;
  readonly unconfirmed: boolean;
  /** By the monotonic clock. */
  readonly now: number;
  /** What was known of the node before. */
  readonly before: DiscoveredAffiliate | undefined;
}

/** What came of reading what the service told: `skipped` says what had to be left out, one reason each. */
export interface Read {
  /** Undefined if nothing of it can be used. */
  readonly affiliate: DiscoveredAffiliate | undefined;
  readonly skipped: readonly string[];
}

/** Anyone may write anything to the service, so nothing here throws. */
export function readAffiliate(published: PublishedAffiliate, ciphers: Ciphers, receipt: Receipt): Read {
  const { id } = published;
  const opened = ciphers.affiliates.open(published.data);
  if (!opened.ok) return refused(opened.reason);
  // Whoever has the secret could otherwise speak in the name of another node.
  if (opened.value.nodeId !== id) return refused('published under an id that is not its own');
  const skipped: string[] = [];
  const endpoints: EndpointData[] = [];
  for (const sealed of published.endpoints) {
    const endpoint = ciphers.endpoints.open(sealed);
    if (!endpoint.ok) skipped.push(`endpoint: ${endpoint.reason}`);
    else if (!isUsable(endpoint.value)) skipped.push('endpoint: no address and port');
    else endpoints.push({ ...endpoint.value, ip: new Uint8Array(endpoint.value.ip) });
  }
  const { received, unconfirmed, before } = receipt;
  const sealed = owned(published);
  const dataSince = before !== undefined && isSameData(before, opened.value, sealed) ? before.dataSince : receipt.now;
  const affiliate = { id, data: opened.value, endpoints, unconfirmed, received, dataSince, sealed };
  return { affiliate, skipped };
}

/** Whether nothing new is said: a node that was restarted seals the same anew. */
function isSameData(before: DiscoveredAffiliate, data: AffiliateData, sealed: PublishedAffiliate): boolean {
  if (Buffer.compare(before.sealed.data, sealed.data) === 0) return true;
  return Buffer.compare(affiliateData.encode(before.data), affiliateData.encode(data)) === 0;
}

function refused(reason: string): Read {
  return { affiliate: undefined, skipped: [reason] };
}

function isUsable({ ip, port }: EndpointData): boolean {
  return (ip.length === 4 || ip.length >= 16) && port <= 0xffff;
}

/** What was received is a view into its message, and would keep a whole snapshot alive. */
function owned({ id, data, endpoints }: PublishedAffiliate): PublishedAffiliate {
  return { id, data: new Uint8Array(data), endpoints: endpoints.map((endpoint) => new Uint8Array(endpoint)) };
}
