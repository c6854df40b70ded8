import { kindKey, type Kind, type Pointer, type Resource, type Version } from '@cosi-ts/resources';

/**
 * What a view has to show of a resource before whoever wrote it may read it there. `unsure`: the write was refused or
 * not answered, so that the view may be old in a way that only the state can tell.
 */
export type Written =
  | { readonly what: 'version'; readonly version: Version }
  | { readonly what: 'gone' | 'tearingDown' | 'unsure' };

/** What one writer wrote and was not shown yet, by kind and id. Most of the time that is nothing. */
export class OwnWrites {
  readonly #kinds = new Map<string, Map<string, Written>>();

  /** @returns how many of the kind are not shown yet */
  note({ namespace, type, id }: Pointer, written: Written): number {
    const key = kindKey({ namespace, type });
    const kind = this.#kinds.get(key) ?? new Map<string, Written>();
    this.#kinds.set(key, kind);
    if (!isNewer(kind.get(id), written)) kind.set(id, written);
    return kind.size;
  }

  /** The ids of a kind that are not shown yet. */
  waiting(kind: Kind): readonly string[] {
    return [...(this.#kinds.get(kindKey(kind))?.keys() ?? [])];
  }

  of({ namespace, type, id }: Pointer): Written | undefined {
    return this.#kinds.get(kindKey({ namespace, type }))?.get(id);
  }

  shown({ namespace, type, id }: Pointer): void {
    this.#kinds.get(kindKey({ namespace, type }))?.delete(id);
  }
}

/** Two hands of one controller may be told of their writes in the other order. */
function isNewer(known: Written | undefined, written: Written): boolean {
  return known?.what === 'version' && written.what === 'version' && known.version > written.version;
}

/** @param seen the resource in the view. @param last what it was there at last, if it is gone */
export function isShown(written: Written, seen: Resource | undefined, last: Resource | undefined): boolean {
  if (written.what === 'gone') return seen === undefined;
  if (written.what === 'tearingDown') return seen === undefined || seen.metadata.phase === 'tearingDown';
  // No version of a name is ever given twice.
  return written.what === 'version' && ((seen ?? last)?.metadata.version ?? 0) >= written.version;
}
