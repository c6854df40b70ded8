import { Bytes, Changelog, type ChangesCursor, type Clock, type HistoryOptions, type Random } from '@cosi-ts/core';
import type { Kind, Pointer, Resource, TypeLookup } from '@cosi-ts/resources';
import { decideCreate, decideDestroy, decideTeardown, decideUpdate, type Decision } from './decide.ts';
import { NotFoundError, StateError } from './errors.ts';
import { Kinds, initialVersion, type KindIndex } from './kinds.ts';
import type {
  Attribution,
  ListOptions,
  State,
  UpdateOptions,
  WatchKindOptions,
  WatchOptions,
  WriteOptions,
} from './state.ts';
import type { Watch } from './watch.ts';
import { watchKind, watchResource, type WatchSource } from './watching.ts';

export interface MemoryStateOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** The declared types: their specs are frozen when the state takes them. */
  readonly types: TypeLookup;
  readonly history?: HistoryOptions | undefined;
}

/**
 * The state in memory: all namespaces in one sequence of commits. Every write is decided, committed and applied
 * without an `await` in between, so that nobody can come between.
 */
export class MemoryState implements State {
  readonly #changelog: Changelog<Resource>;
  readonly #kinds: Kinds;
  readonly #clock: Clock;
  /** Tells this store's bookmarks from those of any other. */
  readonly #cookie: Bytes;
  readonly #events: WatchSource['events'] = new WeakMap();

  constructor(options: MemoryStateOptions) {
    this.#clock = options.clock;
    this.#changelog = new Changelog(options.clock, { history: options.history });
    this.#kinds = new Kinds(this.#changelog, options.types);
    this.#cookie = Bytes.from(options.random.bytes(8));
  }

  /** Position of the last commit. */
  get position(): number {
    return this.#changelog.position;
  }

  get(pointer: Pointer): Promise<Resource> {
    const resource = this.#kinds.find(pointer)?.table.get(pointer.id);
    return resource === undefined ? Promise.reject(new NotFoundError(pointer)) : Promise.resolve(resource);
  }

  list(kind: Kind, options?: ListOptions): Promise<readonly Resource[]> {
    const all = this.#kinds.find(kind)?.table.list() ?? [];
    const query = options?.query;
    return Promise.resolve(query === undefined ? all : all.filter((resource) => query.matches(resource)));
  }

  create(resource: Resource, options: WriteOptions = {}): Promise<Resource> {
    const index = this.#kinds.of(resource.metadata);
    const stored = index.table.get(resource.metadata.id);
    const now = this.#clock.now();
    const decision = decideCreate(stored, resource, options.owner ?? '', initialVersion(index), now);
    return this.#commit(index, decision, options);
  }

  update(resource: Resource, options: UpdateOptions = {}): Promise<Resource> {
    const index = this.#kinds.of(resource.metadata);
    const stored = index.table.get(resource.metadata.id);
    const phase = options.expectedPhase ?? 'running';
    return this.#commit(index, decideUpdate(stored, resource, options.owner ?? '', phase, this.#clock.now()), options);
  }

  destroy(pointer: Pointer, options: WriteOptions = {}): Promise<void> {
    const index = this.#kinds.of(pointer);
    const decision = decideDestroy(index.table.get(pointer.id), pointer, options.owner ?? '');
    if (decision instanceof StateError) return Promise.reject(decision);
    const { version } = decision.metadata;
    if (version > index.destroyedMark) index.destroyedMark = version;
    this.#changelog.commit([{ table: index.table, key: pointer.id, after: undefined }], options);
    return Promise.resolve();
  }

  teardown(pointer: Pointer, options: WriteOptions = {}): Promise<boolean> {
    const index = this.#kinds.of(pointer);
    const stored = index.table.get(pointer.id);
    const decision = decideTeardown(stored, pointer, options.owner ?? '', this.#clock.now());
    if (decision instanceof StateError) return Promise.reject(decision);
    if (decision !== stored) {
      this.#changelog.commit([{ table: index.table, key: pointer.id, after: decision }], options);
    }
    return Promise.resolve(decision.metadata.finalizers.length === 0);
  }

  // Async only so that a refusal is a rejection.
  async watch(pointer: Pointer, options: WatchOptions = {}): Promise<Watch> {
    return watchResource(this.#source(pointer), pointer, options);
  }

  async watchKind(kind: Kind, options: WatchKindOptions = {}): Promise<Watch> {
    return watchKind(this.#source(kind), options);
  }

  changes(kind: Kind, since?: number): ChangesCursor<Resource> {
    return this.#kinds.of(kind).table.changes(since);
  }

  #source(kind: Kind): WatchSource {
    const { table, hash, kind: exact } = this.#kinds.of(kind);
    return {
      kind: exact,
      table,
      cookie: this.#cookie,
      hash,
      position: () => this.#changelog.position,
      events: this.#events,
    };
  }

  #commit(index: KindIndex, decision: Decision, attribution: Attribution): Promise<Resource> {
    if (decision instanceof StateError) return Promise.reject(decision);
    index.type?.spec.freeze(decision.spec);
    this.#changelog.commit([{ table: index.table, key: decision.metadata.id, after: decision }], attribution);
    return Promise.resolve(decision);
  }
}
