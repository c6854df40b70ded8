import { NO_CAUSES, Table, type Changed, type ChangesCursor } from '@cosi-ts/core';
import { kindKey, type Kind, type Pointer, type Resource } from '@cosi-ts/resources';
import { NotFoundError, type ListOptions, type MemoryState, type State } from '@cosi-ts/runtime';

/** What a view is told about each step that it takes. */
export interface Advance {
  /** The table's name: see `kindKey`. */
  readonly table: string;
  /** Behind this position, and up to {@link Advance.to}. */
  readonly from: number;
  readonly to: number;
}

export interface LaggingViewOptions {
  readonly state: MemoryState;
  /** Whether the caller is at a read: a write looks at what is. */
  readonly isReading: () => boolean;
  /** Asked before each step that the view could take; true keeps it where it is. */
  readonly holds: (advance: Advance) => boolean;
  /** Called when something was read that is not so any more. */
  readonly onStaleRead?: () => void;
}

/**
 * What one controller sees of a state: a replica of each kind, which may be kept at a position. It is never older than
 * the controller's own last write, and never goes back. What is read follows what the cursors told, as in a cache.
 */
export class LaggingView implements State {
  readonly #options: LaggingViewOptions;
  readonly #state: MemoryState;
  readonly #replicas = new Map<string, Replica>();
  #ownPosition = 0;

  constructor(options: LaggingViewOptions) {
    this.#options = options;
    this.#state = options.state;
  }

  /** Lets every kind come up to date. */
  catchUp(): void {
    for (const replica of this.#replicas.values()) replica.catchUp();
  }

  async get(pointer: Pointer): Promise<Resource> {
    const resource = await this.find(pointer);
    if (resource === undefined) throw new NotFoundError(pointer);
    return resource;
  }

  async find(pointer: Pointer): Promise<Resource | undefined> {
    const fresh = await this.#state.find(pointer);
    const table = this.#heldTable(pointer);
    if (table === undefined) return fresh;
    const seen = table.get(pointer.id);
    if (seen !== fresh) this.#options.onStaleRead?.();
    return seen;
  }

  async list(kind: Kind, options?: ListOptions): Promise<readonly Resource[]> {
    const fresh = await this.#state.list(kind, options);
    const table = this.#heldTable(kind);
    if (table === undefined) return fresh;
    const query = options?.query;
    const seen = table.list().filter((resource) => query === undefined || query.matches(resource));
    if (seen.length !== fresh.length || seen.some((resource, at) => resource !== fresh[at])) {
      this.#options.onStaleRead?.();
    }
    return seen;
  }

  readonly create: State['create'] = (resource, options) => this.#write(() => this.#state.create(resource, options));
  readonly update: State['update'] = (resource, options) => this.#write(() => this.#state.update(resource, options));
  readonly destroy: State['destroy'] = (pointer, options) => this.#write(() => this.#state.destroy(pointer, options));
  readonly teardown: State['teardown'] = (pointer, options) =>
    this.#write(() => this.#state.teardown(pointer, options));
  readonly transact: NonNullable<State['transact']> = (commands, options) =>
    this.#write(() => this.#state.transact(commands, options));
  readonly watch: State['watch'] = (pointer, options) => this.#state.watch(pointer, options);
  readonly watchKind: State['watchKind'] = (kind, options) => this.#state.watchKind(kind, options);
  readonly origin: NonNullable<State['origin']> = (pointer, at) => this.#state.origin(pointer, at);

  changes(kind: Kind, since?: number): ChangesCursor<Resource> {
    return this.#replica(kind).table.changes(since);
  }

  #write<T>(write: () => Promise<T>): Promise<T> {
    const before = this.#state.position;
    const answer = write();
    if (this.#state.position !== before) {
      this.#ownPosition = this.#state.position;
      this.catchUp();
    }
    return answer;
  }

  #heldTable(kind: Kind): Table<Resource> | undefined {
    const replica = this.#replicas.get(kindKey(kind));
    return replica?.isHeld === true && this.#options.isReading() ? replica.table : undefined;
  }

  #replica(kind: Kind): Replica {
    const key = kindKey(kind);
    const known = this.#replicas.get(key);
    if (known !== undefined) return known;
    const holds = (from: number): boolean => {
      const to = this.#state.position;
      return to > this.#ownPosition && this.#options.holds({ table: key, from, to });
    };
    const replica = new Replica(key, this.#state.changes(kind), holds);
    this.#replicas.set(key, replica);
    return replica;
  }
}

/** One kind of a view. */
class Replica {
  readonly table: Table<Resource>;
  readonly #source: ChangesCursor<Resource>;
  readonly #holds: (from: number) => boolean;
  #isHeld = false;

  constructor(name: string, source: ChangesCursor<Resource>, holds: (from: number) => boolean) {
    this.table = new Table(name);
    this.#source = source;
    this.#holds = holds;
    this.#pull();
    this.#arm();
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  catchUp(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#pull();
    this.#arm();
  }

  #arm(): void {
    this.#source.onReady(() => {
      this.#isHeld = this.#holds(this.#source.position);
      if (this.#isHeld) return;
      this.#pull();
      this.#arm();
    });
  }

  #pull(): void {
    for (const change of this.#source.pull()?.changed ?? []) this.#apply(change);
    this.table.wakeups.wakeAll();
  }

  #apply({ key, value, position, recreated }: Changed<Resource>): void {
    if (recreated === true) this.#put(key, undefined, position);
    this.#put(key, value, position);
  }

  #put(key: string, after: Resource | undefined, position: number): void {
    const time = after?.metadata.updated ?? this.table.get(key)?.metadata.updated;
    if (time === undefined) return;
    const commit = { position, time, actor: '', causes: NO_CAUSES, size: 1 };
    this.table.apply({ key, before: this.table.get(key), after, commit, index: 0, derived: undefined });
  }
}
