import { Buffer } from 'node:buffer';
import { Changelog, messageOf, type Host, type Table } from '@cosi-ts/core';
import { NONCE_BYTES, type AffiliateCipher } from '../crypto/affiliate-cipher.ts';
import { EndpointTooLongError, type EndpointCipher } from '../crypto/endpoint-cipher.ts';
import { affiliateData, type AffiliateData } from '../wire/affiliate-data.ts';
import type { EndpointData } from '../wire/endpoint-data.ts';

/** Endpoints at which this node reaches another one. */
export interface PeerEndpoints {
  readonly affiliateId: string;
  readonly endpoints: readonly EndpointData[];
}

/** What one update says, sealed. While nothing changes it is the same object with the same ciphertext. */
export interface Announcement {
  readonly affiliateId: string;
  /** Empty for another node: only its endpoints are reported. */
  readonly data: Uint8Array;
  readonly endpoints: readonly Uint8Array[];
}

/** What the service should know by us: this node and what it reports of others, or that it left. */
export type Publication =
  | { readonly kind: 'announced'; readonly own: Announcement; readonly peers: readonly Announcement[] }
  | { readonly kind: 'withdrawn'; readonly acknowledged: () => void; readonly acknowledgement: Promise<void> };

export interface PublicationOptions {
  readonly host: Host;
  readonly affiliateId: string;
  readonly affiliates: AffiliateCipher;
  readonly endpoints: EndpointCipher;
}

const NO_DATA = new Uint8Array(0);
const KEY = 'local';

/** Holds what is to be published, sealed once, as a table of one key that the publisher follows. */
export class LocalPublication {
  readonly #options: PublicationOptions;
  readonly #log: Changelog<Publication>;
  readonly #table: Table<Publication>;
  #plaintext: Uint8Array | undefined;

  constructor(options: PublicationOptions) {
    this.#options = options;
    this.#log = new Changelog(options.host.clock);
    this.#table = this.#log.table('publication');
  }

  get table(): Table<Publication> {
    return this.#table;
  }

  /** Undefined while nothing was ever said. */
  get current(): Publication | undefined {
    return this.#table.get(KEY);
  }

  /** @throws MalformedMessageError if a text holds a lone surrogate; nothing has changed then */
  announce(affiliate: AffiliateData, endpoints: readonly EndpointData[], peers: readonly PeerEndpoints[]): void {
    const before = this.current?.kind === 'announced' ? this.current : undefined;
    const own = this.#seal(affiliate, endpoints, before?.own);
    const others = this.#sealPeers(peers, before?.peers ?? []);
    if (before !== undefined && own === before.own && isSameList(others, before.peers)) return;
    this.#replace({ kind: 'announced', own, peers: others });
  }

  /** Resolves when the service knows, or when something was announced again. */
  withdraw(): Promise<void> {
    const { current } = this;
    if (current?.kind === 'withdrawn') return current.acknowledgement;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#replace({ kind: 'withdrawn', acknowledged: resolve, acknowledgement: promise });
    return promise;
  }

  /** Has this node's own part published once more. */
  repeat(): void {
    const { current } = this;
    if (current?.kind === 'announced') this.#replace({ ...current, own: { ...current.own } });
  }

  #replace(after: Publication): void {
    const { current } = this;
    if (current?.kind === 'withdrawn') current.acknowledged();
    this.#log.commit([{ table: this.#table, key: KEY, after }]);
  }

  #seal(affiliate: AffiliateData, endpoints: readonly EndpointData[], before: Announcement | undefined): Announcement {
    const { host, affiliateId, affiliates } = this.#options;
    const plaintext = affiliateData.encode(affiliate);
    const sealed = this.#sealEndpoints(affiliateId, endpoints);
    // The same data keeps its ciphertext: the service and its watchers cannot see otherwise that nothing changed.
    if (before !== undefined && this.#plaintext !== undefined && isSame(this.#plaintext, plaintext)) {
      return isSameList(sealed, before.endpoints, isSame) ? before : { ...before, endpoints: sealed };
    }
    const data = affiliates.seal(affiliate, host.random.bytes(NONCE_BYTES));
    this.#plaintext = plaintext;
    return { affiliateId, data, endpoints: sealed };
  }

  /** One announcement per node, in the order first named. */
  #sealPeers(peers: readonly PeerEndpoints[], before: readonly Announcement[]): readonly Announcement[] {
    const byId = new Map<string, EndpointData[]>();
    for (const { affiliateId, endpoints } of peers) {
      if (affiliateId === this.#options.affiliateId) continue;
      const known = byId.get(affiliateId);
      if (known === undefined) byId.set(affiliateId, [...endpoints]);
      else known.push(...endpoints);
    }
    const known = new Map(before.map((announcement) => [announcement.affiliateId, announcement]));
    return Array.from(byId, ([affiliateId, all]) => {
      const endpoints = this.#sealEndpoints(affiliateId, all);
      const same = known.get(affiliateId);
      if (same !== undefined && isSameList(endpoints, same.endpoints, isSame)) return same;
      return { affiliateId, data: NO_DATA, endpoints };
    });
  }

  #sealEndpoints(affiliateId: string, endpoints: readonly EndpointData[]): readonly Uint8Array[] {
    return endpoints.flatMap((endpoint) => {
      try {
        return [this.#options.endpoints.seal(endpoint)];
      } catch (thrown) {
        if (!(thrown instanceof EndpointTooLongError)) throw thrown;
        this.#options.host.log.warn('endpoint not published', { affiliate: affiliateId, error: messageOf(thrown) });
        return [];
      }
    });
  }
}

function isSameList<T>(a: readonly T[], b: readonly T[], isSame: (a: T, b: T) => boolean = Object.is): boolean {
  return a.length === b.length && a.every((item, at) => isSame(item, b[at] as T));
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
