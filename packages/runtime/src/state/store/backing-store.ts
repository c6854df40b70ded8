import type { Bytes, Cause, Timestamp } from '@cosi-ts/core';
import type { Kind, Resource, Version } from '@cosi-ts/resources';

/**
 * What keeps a state beyond its process. It belongs to one process at a time. The state decides and orders; the store
 * only remembers: what it is asked to commit is published once it says yes.
 */
export interface BackingStore {
  /**
   * Gives everything it has, once, before the state is used. A load that rejects is forgotten whole.
   *
   * @returns how far it is.
   */
  load(into: StoreLoader): Promise<StorePosition>;
  /**
   * Keeps a commit, all of it or nothing. It may be asked for the next ones before it answered, in the order of their
   * positions and never for one id twice, so that several share a sync.
   *
   * Rejecting means that nothing was kept: the writer is told, and the state goes on. If the store cannot say whether
   * it was kept, it rejects with `UnknownOutcomeError`, and the state stops.
   */
  commit(commit: StoreCommit): Promise<void>;
  /** Called once, when nothing is in flight any more. */
  close(): Promise<void>;
}

/** Takes what a store has. */
export interface StoreLoader {
  /** @param position of the commit that wrote it, if the store knows. Any order will do. */
  resource(resource: Resource, position?: number): void;
  /** The highest version that was ever destroyed in a kind. */
  destroyedMark(kind: Kind, version: Version): void;
}

export interface StorePosition {
  /** Position of the last commit that was kept; 0 for a new store. */
  readonly position: number;
  /** 8 bytes that tell this store from any other and never change, so that bookmarks outlive the process. */
  readonly identity: Bytes;
}

/** A commit as it is kept. */
export interface StoreCommit {
  /** Greater than any before; a commit that was refused leaves a gap. */
  readonly position: number;
  readonly time: Timestamp;
  readonly actor: string;
  readonly causes: readonly Cause[];
  readonly events: readonly StoreEvent[];
  /** The versions that end with it: each becomes its kind's mark, unless that is higher, and is kept with the events. */
  readonly destroyedMarks: readonly DestroyedMark[];
}

/** Created if `before` is undefined, destroyed if `after` is, else updated. */
export interface StoreEvent extends Kind {
  readonly id: string;
  readonly before: Resource | undefined;
  readonly after: Resource | undefined;
}

export interface DestroyedMark extends Kind {
  readonly version: Version;
}
