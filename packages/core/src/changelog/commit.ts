import type { Timestamp } from '../time/timestamp.ts';
import type { Table } from './table.ts';

/** What led to a commit: a change of another key, named by table, key and the position it was seen at. */
export interface Cause {
  readonly table: string;
  readonly key: string;
  readonly position: number;
}

/** One step of a store's history. Its changes become visible together, and no batch of a cursor splits them. */
export interface Commit {
  /** Increasing within a store, from 1. One that the store refused leaves a gap. */
  readonly position: number;
  readonly time: Timestamp;
  /** Who wrote: a controller's name, or empty for users of the API. */
  readonly actor: string;
  readonly causes: readonly Cause[];
  /** How many changes belong to it. */
  readonly size: number;
}

/**
 * One key's part of a commit: created if `before` is undefined, destroyed if `after` is, else updated. A
 * destruction's `before` is the last value there was.
 */
export interface Change<V> {
  readonly key: string;
  readonly before: V | undefined;
  readonly after: V | undefined;
  readonly commit: Commit;
  /** Which of the commit's changes this is, from 0. */
  readonly index: number;
  /** What readers make of it, made once for all of them. */
  derived: unknown;
}

/** What a writer asks to be committed. */
export interface Write<V> {
  readonly table: Table<V>;
  readonly key: string;
  /** Undefined destroys the key. */
  readonly after: V | undefined;
}

/** No causes: a write from outside. */
export const NO_CAUSES: readonly Cause[] = Object.freeze([]);
