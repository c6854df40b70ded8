import type { Host, Owner } from '@cosi-ts/core';
import type { Kind } from '@cosi-ts/resources';
import type { OwnWrites } from '../../state/cached/own-writes.ts';
import type { ReadCache } from '../../state/cached/read-cache.ts';
import { findIn } from '../../state/derived/find-in.ts';
import type { BasicState, State } from '../../state/state.ts';

/** Where a controller's ports read and write. */
export interface Access {
  readonly reads: Reads;
  /** Writes, and what they have to look at: never from a cache. */
  readonly writes: BasicState;
  /** Reads of what is, whatever is at hand. */
  readonly uncached: Reads;
  isCached(kind: Kind): boolean;
}

export type Reads = Pick<BasicState, 'get' | 'find' | 'atOnce' | 'list'>;

export interface AccessOptions {
  /** What a controller sees: the state itself, or a view of it. */
  readonly state: State;
  /** The state itself. */
  readonly source: State;
  readonly cache: () => ReadCache | undefined;
  readonly warnUncached: boolean;
}

/** @param own what the controller wrote, in this run or an earlier one */
export function accessOf(options: AccessOptions, own: OwnWrites, host: Pick<Host, 'timers'>, owner: Owner): Access {
  const { state, source } = options;
  const cache = options.cache();
  if (cache === undefined) return { reads: state, writes: state, uncached: source, isCached: () => false };
  const view = cache.view(own, { timers: host.timers, signal: owner.signal });
  const { create, update, destroy, teardown } = view;
  const writes: BasicState = {
    get: (pointer, readOptions) => source.get(pointer, readOptions),
    find: (pointer) => findIn(source, pointer),
    list: (kind, listOptions) => source.list(kind, listOptions),
    create,
    update,
    destroy,
    teardown,
  };
  return { reads: view, writes, uncached: source, isCached: (kind) => view.isCached(kind) };
}

/** Everything where it is committed at the end of the work. */
export function accessTo(transaction: BasicState): Access {
  return { reads: transaction, writes: transaction, uncached: transaction, isCached: () => false };
}
