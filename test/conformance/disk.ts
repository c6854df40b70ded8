import { Bytes } from '@cosi-ts/core';
import type { Resource, Version } from '@cosi-ts/resources';
import type { BackingStore, StoreCommit, StoreLoader, StorePosition } from '@cosi-ts/runtime';

/** What a process leaves behind. */
export class Disk {
  readonly identity = Bytes.from([1, 2, 3, 4, 5, 6, 7, 8]);
  readonly resources = new Map<string, { readonly resource: Resource; readonly position: number }>();
  readonly marks = new Map<string, StoreCommit['destroyedMarks'][number]>();
  position = 0;

  keep({ position, events, destroyedMarks }: StoreCommit): void {
    this.position = position;
    for (const { namespace, type, id, after } of events) {
      const key = `${namespace}/${type}/${id}`;
      if (after === undefined) this.resources.delete(key);
      else this.resources.set(key, { resource: after, position });
    }
    for (const mark of destroyedMarks) {
      const key = `${mark.namespace}/${mark.type}`;
      const version = Math.max(this.marks.get(key)?.version ?? 0, mark.version) as Version;
      this.marks.set(key, { ...mark, version });
    }
  }

  load(into: StoreLoader): StorePosition {
    for (const { resource, position } of this.resources.values()) into.resource(resource, position);
    for (const { namespace, type, version } of this.marks.values()) into.destroyedMark({ namespace, type }, version);
    return { position: this.position, identity: this.identity };
  }
}

/** A store that keeps each commit at once. */
export function storeOn(disk: Disk): BackingStore {
  return {
    load: (into) => Promise.resolve(disk.load(into)),
    commit: (commit) => Promise.resolve(disk.keep(commit)),
    close: () => Promise.resolve(),
  };
}
