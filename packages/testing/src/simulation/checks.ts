/** How often something was looked at, and how often it was so. */
export interface Count {
  readonly kind: 'always' | 'sometimes' | 'reachable';
  looked: number;
  held: number;
}

/** Something that must always hold did not. */
export class AlwaysError extends Error {
  override readonly name = 'AlwaysError';
}

/**
 * What a run says of itself: what always holds, what sometimes does, and where it comes by. Counted over a campaign,
 * where what never happened shows that it looked for nothing. Source of the three: Antithesis.
 */
export class Checks {
  readonly counts = new Map<string, Count>();

  /** @throws AlwaysError */
  always(label: string, holds: boolean): void {
    this.#count('always', label, holds);
    if (!holds) throw new AlwaysError(`not always: ${label}`);
  }

  sometimes(label: string, holds: boolean): void {
    this.#count('sometimes', label, holds);
  }

  reachable(label: string): void {
    this.#count('reachable', label, true);
  }

  #count(kind: Count['kind'], label: string, holds: boolean): void {
    const count = this.counts.get(label) ?? { kind, looked: 0, held: 0 };
    count.looked += 1;
    if (holds) count.held += 1;
    this.counts.set(label, count);
  }
}
