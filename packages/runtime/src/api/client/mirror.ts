import { Changelog, type Bytes, type Clock, type Table } from '@cosi-ts/core';
import {
  equalMetadata,
  kindKey,
  type EncodedSpec,
  type Kind,
  type Resource,
  type TypeLookup,
} from '@cosi-ts/resources';
import type { WatchEvent } from '../../state/watch.ts';

/** What the reader of a watch was told: by it, whatever a new stream says becomes the difference. */
export interface Mirror {
  readonly table: Table<Resource>;
  /** A resource as it is now. @returns the event that says so; undefined if that is known already */
  put(resource: Resource, bookmark?: Bytes): WatchEvent | undefined;
  /** A resource that is no more, as it was at last if that is known. @returns undefined if there was none */
  remove(id: string, last: Resource | undefined, bookmark?: Bytes): WatchEvent | undefined;
}

/** The mirrors of one client: indices into one sequence, so that positions of its kinds can be compared. */
export function mirrorsOf(clock: Clock, types: TypeLookup): (kind: Kind) => Mirror {
  const changelog = new Changelog<Resource>(clock, { history: NO_HISTORY });
  return (kind) => mirrorOf(changelog, kind, types);
}

/** Nobody reads events from it. */
const NO_HISTORY = { initialCapacity: 1, maxCapacity: 1, gap: 0 };

function mirrorOf(changelog: Changelog<Resource>, kind: Kind, types: TypeLookup): Mirror {
  const table = changelog.table(kindKey(kind));
  return {
    table,
    put(resource, bookmark) {
      const { id } = resource.metadata;
      const before = table.get(id);
      if (before !== undefined && isSame(before, resource, types)) return undefined;
      changelog.commit([{ table, key: id, after: resource }]);
      return before === undefined
        ? { type: 'created', resource, bookmark }
        : { type: 'updated', resource, old: before, bookmark };
    },
    remove(id, last, bookmark) {
      const before = table.get(id);
      if (before === undefined) return undefined;
      changelog.commit([{ table, key: id, after: undefined }]);
      return { type: 'destroyed', resource: last ?? before, bookmark };
    },
  };
}

/** Timestamps count: the same version with other ones is of a server that began anew. */
function isSame(a: Resource, b: Resource, types: TypeLookup): boolean {
  return (
    equalMetadata(a.metadata, b.metadata) &&
    a.metadata.created === b.metadata.created &&
    a.metadata.updated === b.metadata.updated &&
    equalSpecs(a, b, types)
  );
}

function equalSpecs(a: Resource, b: Resource, types: TypeLookup): boolean {
  const codec = types.find(a.metadata.type)?.spec;
  if (codec !== undefined) return codec.equals(a.spec, b.spec);
  const [one, other] = [a.spec as EncodedSpec, b.spec as EncodedSpec];
  return one.yaml === other.yaml && one.proto.equals(other.proto);
}
