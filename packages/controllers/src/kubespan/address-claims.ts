import { compareUtf8 } from '@cosi-ts/core';
import type { PrefixSet } from '@cosi-ts/resources';
import { Segments, type Span } from './segments.ts';

/**
 * Which peers claim which addresses. No address can lead to two peers: it is granted to the one with the least id.
 * A changed claim costs what it covers, whatever the number of peers.
 */
export class AddressClaims {
  readonly #claims = new Map<string, PrefixSet>();
  readonly #v4 = new Segments(compareUtf8);
  readonly #v6 = new Segments(compareUtf8);

  /**
   * Replaces what a peer claims; undefined: nothing.
   * @returns the peers whose grant this may change, beside its own
   */
  claim(peer: string, set: PrefixSet | undefined): ReadonlySet<string> {
    const affected = new Set<string>();
    const before = this.#claims.get(peer);
    if (before !== undefined) {
      this.#note(before, affected);
      this.#each(before, (segments, span) => segments.remove(span, peer));
      this.#claims.delete(peer);
    }
    if (set !== undefined) {
      this.#claims.set(peer, set);
      this.#each(set, (segments, span) => segments.add(span, peer));
      this.#note(set, affected);
    }
    for (const other of affected) if (compareUtf8(other, peer) <= 0) affected.delete(other);
    return affected;
  }

  /** What a peer is granted, and the peers that were granted the rest of its claim. */
  granted(peer: string): { readonly set: PrefixSet; readonly rivals: readonly string[] } {
    const rivals = new Set<string>();
    const { v4, v6 } = this.#claims.get(peer) ?? { v4: [], v6: [] };
    const set = { v4: grantedOf(this.#v4, v4, peer, rivals), v6: grantedOf(this.#v6, v6, peer, rivals) };
    return { set, rivals: [...rivals] };
  }

  #each({ v4, v6 }: PrefixSet, act: (segments: Segments, span: Span) => void): void {
    for (const span of v4) act(this.#v4, span);
    for (const span of v6) act(this.#v6, span);
  }

  #note(set: PrefixSet, claimants: Set<string>): void {
    this.#each(set, (segments, span) => {
      for (const segment of segments.in(span)) for (const claimant of segment.claimants) claimants.add(claimant);
    });
  }
}

function grantedOf(segments: Segments, claimed: readonly Span[], peer: string, rivals: Set<string>): readonly Span[] {
  const granted: Span[] = [];
  for (const span of claimed) {
    for (const { first, last, claimants } of segments.in(span)) {
      const winner = claimants[0] ?? peer;
      const before = granted.at(-1);
      if (winner !== peer) rivals.add(winner);
      else if (before !== undefined && before.last + 1n === first) granted[granted.length - 1] = { ...before, last };
      else granted.push({ first, last });
    }
  }
  return granted;
}
