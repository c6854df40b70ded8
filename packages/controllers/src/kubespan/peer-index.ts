import { compareUtf8 } from '@cosi-ts/core';
import type { PrefixSet } from '@cosi-ts/resources';
import { AddressClaims } from './address-claims.ts';

/** What an affiliate that is a peer brings along. */
export interface Peer {
  readonly publicKey: string;
  /** The addresses that lead to it, as far as it goes by itself. */
  readonly claim: PrefixSet;
}

/** What a change concerns beside the affiliate itself. */
export interface Affected {
  /** Keys that may have no affiliate any more. */
  readonly publicKeys: readonly string[];
  /** Affiliates that have to be looked at again. */
  readonly affiliates: Iterable<string>;
}

/**
 * The affiliates that are peers: which one has a public key, and which addresses each is granted. Of several with one
 * key (cloned machines, say) the one with the least id is the peer, and the others wait.
 */
export class PeerIndex {
  readonly #peers = new Map<string, Peer>();
  readonly #byKey = new Map<string, string[]>();
  readonly #claims = new AddressClaims();

  /** The affiliate that is the peer of a key. */
  affiliateOf(publicKey: string): string | undefined {
    return this.#byKey.get(publicKey)?.[0];
  }

  /** The ids of the affiliates. */
  peers(): Iterable<string> {
    return this.#peers.keys();
  }

  granted(id: string): ReturnType<AddressClaims['granted']> {
    return this.#claims.granted(id);
  }

  /** Says what an affiliate is now; undefined: no peer. */
  update(id: string, peer: Peer | undefined): Affected {
    const before = this.#peers.get(id);
    if (before !== undefined && peer !== undefined && isSame(before, peer)) return NOTHING;
    const affiliates = new Set<string>();
    const publicKeys = new Set<string>();
    if (before !== undefined) {
      this.#peers.delete(id);
      this.#leave(before.publicKey, id);
      publicKeys.add(before.publicKey);
    }
    if (peer !== undefined) {
      this.#peers.set(id, peer);
      this.#enter(peer.publicKey, id);
      publicKeys.add(peer.publicKey);
    }
    for (const key of publicKeys) this.#claim(key, id, affiliates);
    if (peer === undefined) this.#add(affiliates, this.#claims.claim(id, undefined));
    affiliates.delete(id);
    return { publicKeys: [...publicKeys], affiliates };
  }

  /** Who has a key claims, who waits for it does not. */
  #claim(publicKey: string, changed: string, affiliates: Set<string>): void {
    for (const [place, id] of (this.#byKey.get(publicKey) ?? []).entries()) {
      if (place > 1) break;
      this.#add(affiliates, this.#claims.claim(id, place === 0 ? this.#peers.get(id)?.claim : undefined));
      if (id !== changed) affiliates.add(id);
    }
  }

  #add(to: Set<string>, ids: Iterable<string>): void {
    for (const id of ids) to.add(id);
  }

  #enter(publicKey: string, id: string): void {
    const ids = this.#byKey.get(publicKey) ?? [];
    this.#byKey.set(publicKey, [...ids, id].sort(compareUtf8));
  }

  #leave(publicKey: string, id: string): void {
    const ids = (this.#byKey.get(publicKey) ?? []).filter((other) => other !== id);
    if (ids.length === 0) this.#byKey.delete(publicKey);
    else this.#byKey.set(publicKey, ids);
  }
}

const NOTHING: Affected = { publicKeys: [], affiliates: [] };

function isSame(a: Peer, b: Peer): boolean {
  return a.publicKey === b.publicKey && isSameRanges(a.claim.v4, b.claim.v4) && isSameRanges(a.claim.v6, b.claim.v6);
}

function isSameRanges(a: PrefixSet['v4'], b: PrefixSet['v4']): boolean {
  return a.length === b.length && a.every(({ first, last }, at) => first === b[at]?.first && last === b[at]?.last);
}
