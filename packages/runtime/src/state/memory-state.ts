import {
  Bytes,
  Changelog,
  abortReason,
  type ChangesCursor,
  type Clock,
  type HistoryOptions,
  type Listing,
  type Pace,
  type Random,
} from '@cosi-ts/core';
import type { Kind, Pointer, Resource, TypeLookup } from '@cosi-ts/resources';
import type { Command } from './command.ts';
import { NotFoundError } from './errors.ts';
import { Kinds } from './kinds.ts';
import { originIn } from './origin.ts';
import type { Query } from './query/query.ts';
import { select } from './query/select.ts';
import { refused } from './refused.ts';
import type {
  ImmediateState,
  ListOptions,
  Origin,
  ReadOptions,
  State,
  TransactOptions,
  UpdateOptions,
  WatchKindOptions,
  WatchOptions,
  WriteOptions,
} from './state.ts';
import type { BackingStore } from './store/backing-store.ts';
import type { Watch } from './watch.ts';
import { watchKind, watchResource } from './watching.ts';
import { Writes } from './writes.ts';

export interface MemoryStateOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** The declared types: their specs are frozen when the state takes them. */
  readonly types: TypeLookup;
  readonly history?: HistoryOptions | undefined;
  /** Lets the event loop turn while many resources are listed; absent: it never does. */
  readonly pace?: Pace | undefined;
}

/** What a state is made of: filled already, if there is a store behind it. */
export interface StateParts {
  readonly changelog: Changelog<Resource>;
  readonly kinds: Kinds;
  readonly store: BackingStore | undefined;
}

const NEVER: Pace = { yield: () => undefined };

/**
 * The state: all namespaces in one sequence of commits. In memory every write is decided, committed and applied without
 * an `await` in between, so that nobody can come between; one with a store behind it is made by `openState`.
 */
export class MemoryState implements State {
  readonly #changelog: Changelog<Resource>;
  readonly #kinds: Kinds;
  readonly #writes: Writes;
  readonly #pace: Pace;
  readonly #store: BackingStore | undefined;
  readonly #immediate: ImmediateState;

  constructor(options: MemoryStateOptions, parts = partsOf(options, Bytes.from(options.random.bytes(8)))) {
    this.#pace = options.pace ?? NEVER;
    this.#changelog = parts.changelog;
    this.#kinds = parts.kinds;
    this.#store = parts.store;
    const writes = new Writes(options.clock, parts.changelog, parts.kinds, parts.store);
    this.#writes = writes;
    this.#immediate = {
      find: (pointer) => parts.kinds.find(pointer)?.table.get(pointer.id),
      create: (resource, given = DEFAULTS) => writes.now(createCommand(resource, given), given),
      update: (resource, given = DEFAULTS) => writes.now(updateCommand(resource, given), given),
    };
  }

  /** Position of the last commit. */
  get position(): number {
    return this.#changelog.position;
  }

  get(pointer: Pointer, options?: ReadOptions): Promise<Resource> {
    if (options !== undefined || this.#store !== undefined) {
      const refusal = this.#refusal(options);
      if (refusal !== undefined) return refused(refusal);
    }
    const resource = this.#kinds.find(pointer)?.table.get(pointer.id);
    // To have looked for its metadata spares the engine the search for a `then`: a fifth of the whole call.
    return resource?.metadata === undefined ? refused(new NotFoundError(pointer)) : Promise.resolve(resource);
  }

  find(pointer: Pointer): Promise<Resource | undefined> {
    const refusal = this.#store && this.#refusal(undefined);
    return refusal === undefined
      ? Promise.resolve(this.#kinds.find(pointer)?.table.get(pointer.id))
      : Promise.reject(refusal);
  }

  /** Of a state in memory. What only inherits from one may answer differently. */
  get atOnce(): ImmediateState | undefined {
    return #store in this && this.#store === undefined ? this.#immediate : undefined;
  }

  list(kind: Kind, options?: ListOptions): Promise<readonly Resource[]> {
    const refusal = this.#refusal(options);
    if (refusal !== undefined) return refused(refusal);
    const index = this.#kinds.find(kind);
    if (index === undefined) return Promise.resolve(NONE);
    const query = options?.query;
    const listing = index.table.listPaced(this.#pace);
    if (query === undefined && !(listing instanceof Promise)) return Promise.resolve(listing.values);
    return this.#selected(listing, query);
  }

  create(resource: Resource, options: WriteOptions = DEFAULTS): Promise<Resource> {
    return this.#writes.one(createCommand(resource, options), options);
  }

  update(resource: Resource, options: UpdateOptions = DEFAULTS): Promise<Resource> {
    return this.#writes.one(updateCommand(resource, options), options);
  }

  destroy(pointer: Pointer, options: WriteOptions = DEFAULTS): Promise<void> {
    return this.#writes.one({ do: 'destroy', pointer, owner: options.owner }, options, nothing);
  }

  teardown(pointer: Pointer, options: WriteOptions = DEFAULTS): Promise<boolean> {
    return this.#writes.one({ do: 'teardown', pointer, owner: options.owner }, options, isFree);
  }

  transact(commands: readonly Command[], options: TransactOptions = DEFAULTS): Promise<readonly Resource[]> {
    return this.#writes.all(commands, options);
  }

  // Async only so that a refusal is a rejection.
  async watch(pointer: Pointer, options: WatchOptions = {}): Promise<Watch> {
    this.#check();
    return watchResource(this.#kinds.of(pointer).watches, pointer, options);
  }

  async watchKind(kind: Kind, options: WatchKindOptions = {}): Promise<Watch> {
    this.#check();
    return watchKind(this.#kinds.of(kind).watches, options, this.#pace);
  }

  origin(pointer: Pointer, at?: number): Origin | undefined {
    const table = this.#kinds.find(pointer)?.table;
    return table && originIn(table, pointer.id, at);
  }

  changes(kind: Kind, since?: number): ChangesCursor<Resource> {
    return this.#kinds.of(kind).table.changes(since);
  }

  /** Lets go of the store behind it, once what is being written is answered. A state in memory has nothing to close. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writes.settled();
    await this.#store?.close();
  }

  async #selected(
    listing: Listing<Resource> | Promise<Listing<Resource>>,
    query: Query | undefined,
  ): Promise<readonly Resource[]> {
    const all = await listing;
    return query === undefined ? all.values : select(all, query, this.#pace);
  }

  #check(): void {
    if (this.#writes.failure !== undefined) throw this.#writes.failure;
  }

  #refusal(options: ReadOptions | undefined): Error | undefined {
    if (this.#store !== undefined && this.#writes.failure !== undefined) return this.#writes.failure;
    return options?.signal?.aborted === true ? abortReason(options.signal) : undefined;
  }
}

/** @param identity 8 bytes that tell the store's bookmarks from those of any other. */
export function partsOf(
  { clock, history, types }: MemoryStateOptions,
  identity: Bytes,
  store?: BackingStore,
): StateParts {
  const changelog = new Changelog<Resource>(clock, { history });
  return { changelog, kinds: new Kinds(changelog, types, identity), store };
}

const DEFAULTS = Object.freeze({});
const NONE: readonly Resource[] = Object.freeze([]);

function createCommand(resource: Resource, { owner }: WriteOptions): Command {
  return { do: 'create', resource, owner };
}

function updateCommand(resource: Resource, { owner, expectedPhase }: UpdateOptions): Command {
  return { do: 'update', resource, owner, expectedPhase };
}

function nothing(): void {
  // A destruction gives nothing back.
}

function isFree({ metadata }: Resource): boolean {
  return metadata.finalizers.length === 0;
}
