import { createHash } from 'node:crypto';
import { Bytes, type Changelog, type Table } from '@cosi-ts/core';
import {
  LabelSets,
  kindKey,
  nextVersion,
  sameKind,
  type Kind,
  type Resource,
  type ResourceType,
  type TypeLookup,
  type Version,
} from '@cosi-ts/resources';
import { WatchSource } from './watch/source.ts';

/** What a store keeps about a kind beside its table. */
export interface KindIndex {
  readonly kind: Kind;
  readonly table: Table<Resource>;
  /** The declaration, if this process knows one. */
  readonly type: ResourceType | undefined;
  /** Whether UTF-8 can carry the kind's name. */
  readonly isWellFormed: boolean;
  /** The label sets that its resources share. */
  readonly labels: LabelSets;
  /** What its watches share. */
  readonly watches: WatchSource;
  /** The highest version that was ever destroyed here, 0 for none: no version is given twice to one name. */
  destroyedMark: Version;
}

/** The kinds of a store, found without building a key. */
export class Kinds {
  readonly #changelog: Changelog<Resource>;
  readonly #types: TypeLookup;
  readonly #cookie: Bytes;
  readonly #byNamespace = new Map<string, Map<string, KindIndex>>();
  /** Who asks for a kind mostly asks for it again. */
  #last: KindIndex | undefined;

  /** @param cookie tells the store's bookmarks from those of any other. */
  constructor(changelog: Changelog<Resource>, types: TypeLookup, cookie: Bytes) {
    this.#changelog = changelog;
    this.#types = types;
    this.#cookie = cookie;
  }

  /** The kind if anything was ever written to it or watched in it. */
  find(kind: Kind): KindIndex | undefined {
    const last = this.#last;
    if (last !== undefined && sameKind(last.kind, kind)) return last;
    const found = this.#byNamespace.get(kind.namespace)?.get(kind.type);
    if (found !== undefined) this.#last = found;
    return found;
  }

  of(kind: Kind): KindIndex {
    return this.find(kind) ?? this.#add({ namespace: kind.namespace, type: kind.type });
  }

  #add(kind: Kind): KindIndex {
    const key = kindKey(kind);
    const table = this.#changelog.table(key);
    const hash = Bytes.from(createHash('sha256').update(key).digest().subarray(0, 8));
    const index: KindIndex = {
      kind,
      table,
      type: this.#types.find(kind.type),
      isWellFormed: kind.namespace.isWellFormed() && kind.type.isWellFormed(),
      labels: new LabelSets(),
      watches: new WatchSource(kind, table, Bytes.from([...this.#cookie, ...hash]), () => this.#changelog.position),
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

/** Remembers that a version was destroyed. */
export function markDestroyed(index: KindIndex, version: Version): void {
  if (version > index.destroyedMark) index.destroyedMark = version;
}
