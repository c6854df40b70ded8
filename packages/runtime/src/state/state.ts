import type { Bytes, Cause, ChangesCursor, Table, Timestamp } from '@cosi-ts/core';
import type { Kind, Phase, Pointer, Resource } from '@cosi-ts/resources';
import type { Command } from './command.ts';
import type { Expectation } from './expectation.ts';
import type { Query } from './query/query.ts';
import type { Watch } from './watch.ts';

/**
 * The state: typed, versioned resources in namespaces. Every backend (memory, a durable store, a server behind
 * gRPC) offers these operations; whatever else a user wants is derived from them (see `collection`).
 * Calls reject with the errors of `errors.ts`; each returns one promise.
 */
export interface State {
  /** @throws NotFoundError */
  get(pointer: Pointer, options?: ReadOptions): Promise<Resource>;
  /** {@link State.get} that gives undefined for what is not there, where that is cheaper than a refusal. */
  find?(pointer: Pointer): Promise<Resource | undefined>;
  /** The same without a promise, where nobody has to be waited for; absent where somebody has. */
  readonly atOnce?: ImmediateState | undefined;
  /** All resources of a kind that match, in the order of their ids' UTF-8 bytes. An unknown kind is empty. */
  list(kind: Kind, options?: ListOptions): Promise<readonly Resource[]>;
  /**
   * Stores a new resource; version and timestamps are the state's to set, and the spec is its own from now on.
   * @throws AlreadyExistsError, OwnerAlreadySetError, InvalidResourceError
   */
  create(resource: Resource, options?: WriteOptions): Promise<Resource>;
  /**
   * Replaces a resource if the caller's version is the stored one.
   * @throws NotFoundError, OwnerConflictError, VersionConflictError, PhaseConflictError — checked in this order
   */
  update(resource: Resource, options?: UpdateOptions): Promise<Resource>;
  /** @throws NotFoundError, OwnerConflictError, PendingFinalizersError — checked in this order */
  destroy(pointer: Pointer, options?: WriteOptions): Promise<void>;
  /**
   * Marks a resource as tearing down; does nothing, and checks no owner, if it is already.
   * @returns whether it has no finalizers, so that it could be destroyed.
   */
  teardown(pointer: Pointer, options?: WriteOptions): Promise<boolean>;
  /**
   * {@link State.teardown}, then waits until nobody holds the resource any more, and destroys it; undefined if the
   * backend leaves that to `teardownAndDestroy`. Rejects with the signal's reason if that ends the wait.
   */
  teardownAndDestroy?: ((pointer: Pointer, options?: WaitOptions) => Promise<void>) | undefined;
  /**
   * Several writes to several resources of this state in one commit: all of them, or none, and nobody sees a part.
   * Undefined if the backend cannot.
   * @returns for each command the resource as it is then, or was before it was destroyed.
   * @throws StaleReadError if what it relies on has changed; else the first refusal; InvalidTransactionError if two
   * commands are about one resource
   */
  transact?: ((commands: readonly Command[], options?: TransactOptions) => Promise<readonly Resource[]>) | undefined;
  /** Position of the last commit that can be seen; absent where there is none. */
  readonly position?: number | undefined;
  /** Every event of one resource, beginning with what it is now. */
  watch(pointer: Pointer, options?: WatchOptions): Promise<Watch>;
  /** Every event of a kind. */
  watchKind(kind: Kind, options?: WatchKindOptions): Promise<Watch>;
  /** A cursor over the last states of a kind's changed resources; undefined if the backend has none. */
  changes?(kind: Kind, since?: number): ChangesCursor<Resource>;
  /**
   * Resolves once the cursors of a kind tell everything that there was when the first of them was asked for; absent
   * where they always do.
   */
  caughtUp?(kind: Kind): Promise<void>;
  /** What is at hand of a kind, where reads have to ask somebody else; absent where they have not. */
  copy?(kind: Kind): LocalCopy;
  /**
   * The last change of a resource, at a position or before it, as far as the state remembers; absent if it cannot tell.
   * @returns undefined if there is none, or if it is forgotten
   */
  origin?(pointer: Pointer, at?: number): Origin | undefined;
}

/** What a state that is at hand can do at once. It throws what the calls with promises reject with. */
export interface ImmediateState {
  find(pointer: Pointer): Resource | undefined;
  create(resource: Resource, options?: WriteOptions): Resource;
  update(resource: Resource, options?: UpdateOptions): Resource;
}

/** A kind of a state that is elsewhere, as its cursors tell it. It lags behind, and is kept up to date while it has one. */
export interface LocalCopy {
  /** Resolves once it was complete for the first time. */
  readonly caughtUp: Promise<void>;
  readonly table: Pick<Table<Resource>, 'find' | 'get' | 'listPaced' | 'size'>;
}

/** Reads and writes alone: what a collection, the ports of a controller and a transaction need of a state. */
export type BasicState = Pick<State, 'get' | 'find' | 'atOnce' | 'list' | 'create' | 'update' | 'destroy' | 'teardown'>;

/** Who changed a resource, and why. */
export interface Origin {
  readonly event: 'created' | 'updated' | 'tornDown' | 'destroyed';
  /** The resource after it; what it was at last if it was destroyed. */
  readonly resource: Resource;
  readonly position: number;
  readonly time: Timestamp;
  /** A controller's name; empty for a change from outside. */
  readonly actor: string;
  readonly causes: readonly Cause[];
}

export interface ReadOptions {
  /** Rejects with its reason if it is aborted before there is an answer. */
  readonly signal?: AbortSignal | undefined;
}

export interface ListOptions extends ReadOptions {
  readonly query?: Query | undefined;
}

/** Who writes, and why: kept with the commit. */
export interface Attribution {
  readonly actor?: string | undefined;
  readonly causes?: readonly Cause[] | undefined;
  /** Keeps a write from being begun. One that was begun is answered: it may have happened. */
  readonly signal?: AbortSignal | undefined;
}

export interface WriteOptions extends Attribution {
  /** The owner that the caller writes as; empty (the default) for what nobody owns. */
  readonly owner?: string | undefined;
}

export interface TransactOptions extends Attribution {
  /** What was read, and has to be so still: between these reads and the commit there is no other change of them. */
  readonly unchanged?: readonly Expectation[] | undefined;
}

export interface WaitOptions extends WriteOptions {
  /** Ends the wait. */
  readonly signal?: AbortSignal | undefined;
}

export interface UpdateOptions extends WriteOptions {
  /** The phase that the stored resource must be in; `running` by default. */
  readonly expectedPhase?: Phase | 'any' | undefined;
}

export interface WatchOptions {
  readonly signal?: AbortSignal | undefined;
  /** Begin with the last so many events of the resource that history holds, instead of with its state. */
  readonly tailEvents?: number | undefined;
  /** Go on behind a bookmark. @throws InvalidBookmarkError if it is foreign or too old. */
  readonly from?: Bytes | undefined;
}

export interface WatchKindOptions extends WatchOptions {
  /** Begin with a Created event for each resource there is, then Bootstrapped. */
  readonly bootstrapContents?: boolean | undefined;
  /** Begin with a Noop event that carries the bookmark of the beginning. */
  readonly bootstrapBookmark?: boolean | undefined;
  readonly query?: Query | undefined;
}
