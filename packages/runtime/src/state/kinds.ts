import { createHash } from 'node:crypto';
import { Bytes, type Changelog, type Table } from '@cosi-ts/core';
import {
  kindKey,
  nextVersion,
  type Kind,
  type Resource,
  type ResourceType,
  type TypeLookup,
  type Version,
} from '@cosi-ts/resources';

/** What a store keeps about a kind beside its table. */
export interface KindIndex {
  readonly kind: Kind;
  readonly table: Table<Resource>;
  /** The declaration, if this process knows one. */
  readonly type: ResourceType | undefined;
  /** Ties bookmarks to the kind. */
  readonly hash: Bytes;
  /** The highest version that was ever destroyed here, 0 for none: no version is given twice to one name. */
  destroyedMark: Version;
}

/** The kinds of a store, found without building a key. */
export class Kinds {
  readonly #changelog: Changelog<Resource>;
  readonly #types: TypeLookup;
  readonly #byNamespace = new Map<string, Map<string, KindIndex>>();

  constructor(changelog: Changelog<Resource>, types: TypeLookup) {
    this.#changelog = changelog;
    this.#types = types;
  }

  /** The kind if anything was ever written to it or watched in it. */
  find(kind: Kind): KindIndex | undefined {
    return this.#byNamespace.get(kind.namespace)?.get(kind.type);
  }

  of(kind: Kind): KindIndex {
    return this.find(kind) ?? this.#add({ namespace: kind.namespace, type: kind.type });
  }

  all(): KindIndex[] {
    return [...this.#byNamespace.values()].flatMap((types) => [...types.values()]);
  }

  #add(kind: Kind): KindIndex {
    const key = kindKey(kind);
    const index: KindIndex = {
      kind,
      table: this.#changelog.table(key),
      type: this.#types.find(kind.type),
      hash: Bytes.from(createHash('sha256').update(key).digest().subarray(0, 8)),
      destroyedMark: 0 as Version,
    };
    let types = this.#byNamespace.get(kind.namespace);
    if (types === undefined) {
      types = new Map();
      this.#byNamespace.set(kind.namespace, types);
    }
    types.set(kind.type, index);
    return index;
  }
}

/** The version that the next new resource of a kind begins with. */
export function initialVersion(index: KindIndex): Version {
  return nextVersion(index.destroyedMark);
}
