import { follow, type ChangesCursor, type Owner, type Pace } from '@cosi-ts/core';
import type { Kind, Resource } from '@cosi-ts/resources';
import type { Query } from '../query/query.ts';
import { select } from '../query/select.ts';
import type { LocalCopy } from '../state.ts';

/** The local copy of one kind, kept up to date until its owner ends. */
export class CachedKind {
  readonly kind: Kind;
  readonly #copy: LocalCopy;
  readonly #pace: Pace;
  readonly #waiting = new Set<() => void>();

  constructor(
    kind: Kind,
    copy: LocalCopy,
    cursor: ChangesCursor<Resource>,
    { owner, pace }: { readonly owner: Owner; readonly pace: Pace },
  ) {
    this.kind = kind;
    this.#copy = copy;
    this.#pace = pace;
    follow(owner, cursor, () => {
      const waiting = [...this.#waiting];
      this.#waiting.clear();
      for (const told of waiting) told();
    });
  }

  /** Resolves once it is known what there is. */
  get caughtUp(): Promise<void> {
    return this.#copy.caughtUp;
  }

  get size(): number {
    return this.#copy.table.size;
  }

  find(id: string): Resource | undefined {
    return this.#copy.table.get(id);
  }

  /** What a resource was at last that went a moment ago. */
  last(id: string): Resource | undefined {
    return this.#copy.table.find(id)?.last;
  }

  async list(query: Query | undefined): Promise<readonly Resource[]> {
    const listing = await this.#copy.table.listPaced(this.#pace);
    return query === undefined ? listing.values : select(listing, query, this.#pace);
  }

  /** Calls `told` once, after the next change. @returns takes that back */
  onChange(told: () => void): () => void {
    this.#waiting.add(told);
    return () => void this.#waiting.delete(told);
  }
}
