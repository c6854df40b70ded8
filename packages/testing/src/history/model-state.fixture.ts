import { Bytes, EPOCH, compareUtf8 } from '@cosi-ts/core';
import {
  FIRST_VERSION,
  UNDEFINED_VERSION,
  kindKey,
  nextVersion,
  tombstone,
  type Kind,
  type Pointer,
  type Resource,
  type Version,
} from '@cosi-ts/resources';
import {
  AlreadyExistsError,
  InvalidBookmarkError,
  NotFoundError,
  OwnerAlreadySetError,
  OwnerConflictError,
  PendingFinalizersError,
  PhaseConflictError,
  VersionConflictError,
  WatchOverrunError,
  type Command,
  type ListOptions,
  type State,
  type UpdateOptions,
  type Watch,
  type WatchEvent,
  type WatchKindOptions,
  type WatchOptions,
  type WriteOptions,
} from '@cosi-ts/runtime';

/** Mistakes that a state can make. */
export type Bug =
  | 'acknowledges an update that it loses'
  | 'reads what was'
  | 'lists what was'
  | 'lists some as it was'
  | 'uses a version again'
  | 'creates over what is there'
  | 'updates without looking at the version'
  | 'updates what others own'
  | 'updates in any phase'
  | 'destroys what is held'
  | 'destroys for two'
  | 'says that what is held may be destroyed'
  | 'writes though it refuses'
  | 'drops an event'
  | 'drops the last event'
  | 'drops the first event of a watch'
  | 'swaps two events'
  | 'gives an event twice'
  | 'gives an event again after a resume'
  | 'drops an event after a resume'
  | 'shows the new value as the old one'
  | 'shows an older value as the old one'
  | 'shows an update that does not match'
  | 'does not say that a resource left the selection'
  | 'calls it an update when a resource enters the selection'
  | 'leaves one out of the contents'
  | 'begins with contents that were'
  | 'ends its contents twice'
  | 'forgets bookmarks'
  | 'takes a bookmark of another kind'
  | 'loses history without a word'
  | 'goes on after a failure'
  | 'ends without a word'
  | 'changes what it delivered'
  | 'tells of what nobody wrote'
  | 'keeps a part of a refused transaction'
  | 'lists a part of a transaction'
  | 'tells of a transaction in two batches'
  | 'begins in the middle of a transaction';

interface Change {
  readonly commit: number;
  readonly before: Resource | undefined;
  readonly after: Resource | undefined;
}

/**
 * A state as plain as can be: each kind is the list of everything that ever happened to it, and whatever is asked is
 * found by going through it. What the tests of history are tried on, and broken with: `has` is asked at each chance
 * to make a mistake.
 */
export class ModelState implements State {
  readonly #logs = new Map<string, Change[]>();
  readonly #waiting = new Set<() => void>();
  readonly #has: (bug: Bug) => boolean;
  #commits = 0;
  #isInTransaction = false;

  constructor(has: (bug: Bug) => boolean = () => false) {
    this.#has = has;
  }

  async get(pointer: Pointer): Promise<Resource> {
    const log = this.#log(pointer);
    const now = contentsOf(log).get(pointer.id);
    const before = this.#has('reads what was') ? contentsOf(log.slice(0, -1)).get(pointer.id) : now;
    const resource = before ?? now;
    if (resource === undefined) throw new NotFoundError(pointer);
    return resource;
  }

  async list(kind: Kind, options?: ListOptions): Promise<readonly Resource[]> {
    const log = this.#log(kind);
    const isTorn = isTransaction(log) && this.#has('lists a part of a transaction');
    const now = sorted(contentsOf(log.slice(0, this.#has('lists what was') ? -2 : isTorn ? -1 : log.length)));
    const was = this.#has('lists some as it was') ? sorted(contentsOf(log.slice(0, -2))) : now;
    const half = now.slice(0, 1).concat(was.filter(({ metadata }) => metadata.id !== now[0]?.metadata.id));
    return half.filter((resource) => options?.query?.matches(resource) ?? true);
  }

  async create(resource: Resource, { owner = '' }: WriteOptions = {}): Promise<Resource> {
    const { metadata, spec } = resource;
    const log = this.#log(metadata);
    const stored = contentsOf(log).get(metadata.id);
    if (metadata.owner !== '' && metadata.owner !== owner) throw new OwnerAlreadySetError(metadata);
    if (stored !== undefined && !this.#has('creates over what is there')) {
      throw new AlreadyExistsError({ ...metadata, version: UNDEFINED_VERSION });
    }
    const version = this.#has('uses a version again') ? FIRST_VERSION : firstVersion(log);
    return this.#commit(log, stored, {
      metadata: { ...metadata, version, owner, created: EPOCH, updated: EPOCH },
      spec,
    });
  }

  async update(resource: Resource, { owner = '', expectedPhase = 'running' }: UpdateOptions = {}): Promise<Resource> {
    const { metadata, spec } = resource;
    const log = this.#log(metadata);
    const stored = contentsOf(log).get(metadata.id);
    if (stored === undefined) throw new NotFoundError(metadata);
    const old = stored.metadata;
    if (old.owner !== owner && !this.#has('updates what others own')) throw new OwnerConflictError(old);
    const isStale = old.version !== metadata.version;
    if (isStale && this.#has('writes though it refuses')) this.#commit(log, stored, next(stored, resource));
    if (isStale && !this.#has('updates without looking at the version')) {
      throw new VersionConflictError(metadata, old.version);
    }
    const isExpected = expectedPhase === 'any' || old.phase === expectedPhase;
    if (!isExpected && !this.#has('updates in any phase')) throw new PhaseConflictError(old, expectedPhase);
    const made = next(stored, {
      metadata: { ...metadata, owner: old.owner === '' ? metadata.owner : old.owner },
      spec,
    });
    return this.#has('acknowledges an update that it loses') ? made : this.#commit(log, stored, made);
  }

  async teardown(pointer: Pointer, { owner = '' }: WriteOptions = {}): Promise<boolean> {
    const log = this.#log(pointer);
    const stored = contentsOf(log).get(pointer.id);
    if (stored === undefined) throw new NotFoundError(pointer);
    const { metadata, spec } = stored;
    if (metadata.phase === 'running') {
      if (metadata.owner !== owner) throw new OwnerConflictError(metadata);
      this.#commit(log, stored, next(stored, { metadata: { ...metadata, phase: 'tearingDown' }, spec }));
    }
    return metadata.finalizers.length === 0 || this.#has('says that what is held may be destroyed');
  }

  async destroy(pointer: Pointer, { owner = '' }: WriteOptions = {}): Promise<void> {
    const log = this.#log(pointer);
    const stored = contentsOf(log).get(pointer.id);
    if (stored === undefined && this.#has('destroys for two')) return;
    if (stored === undefined) throw new NotFoundError(pointer);
    const { metadata } = stored;
    if (metadata.owner !== owner) throw new OwnerConflictError(metadata);
    const isHeld = metadata.finalizers.length > 0;
    if (isHeld && !this.#has('destroys what is held')) throw new PendingFinalizersError(metadata);
    this.#commit(log, stored, undefined);
  }

  async transact(commands: readonly Command[]): Promise<readonly Resource[]> {
    if (new Set(commands.map((command) => subjectKey(command))).size < commands.length) throw new Error('twice');
    const lengths = new Map([...this.#logs].map(([key, log]) => [key, log.length]));
    this.#isInTransaction = true;
    this.#commits += 1;
    try {
      const results: Resource[] = [];
      for (const command of commands) results.push(await this.#do(command));
      return results;
    } catch (thrown) {
      const keeps = this.#has('keeps a part of a refused transaction');
      if (!keeps) for (const [key, log] of this.#logs) log.length = lengths.get(key) ?? 0;
      throw thrown;
    } finally {
      this.#isInTransaction = false;
      this.#wake();
    }
  }

  async #do(command: Command): Promise<Resource> {
    if (command.do === 'create') return this.create(command.resource, command);
    if (command.do === 'update') return this.update(command.resource, command);
    const { pointer } = command;
    const stored = contentsOf(this.#log(pointer)).get(pointer.id);
    if (command.do === 'destroy') await this.destroy(pointer, command);
    else await this.teardown(pointer, command);
    return contentsOf(this.#log(pointer)).get(pointer.id) ?? (stored as Resource);
  }

  async watch(pointer: Pointer, options: WatchOptions = {}): Promise<Watch> {
    const log = this.#log(pointer);
    const first: WatchEvent[] = [];
    const isMine = ({ before, after }: Change): boolean => (after ?? before)?.metadata.id === pointer.id;
    if (options.from === undefined && (options.tailEvents ?? 0) <= 0) {
      const resource = contentsOf(log).get(pointer.id);
      const bookmark = bookmarkOf(pointer, log.length);
      const absent: WatchEvent = { type: 'destroyed', resource: tombstone(pointer), bookmark };
      first.push(resource === undefined ? absent : { type: 'created', resource, bookmark });
    }
    return this.#run(pointer, first, this.#startOf(pointer, log, options, isMine), options, (change) =>
      isMine(change) ? change : undefined,
    );
  }

  async watchKind(kind: Kind, options: WatchKindOptions = {}): Promise<Watch> {
    const { query } = options;
    const log = this.#log(kind);
    let start = this.#startOf(kind, log, options, () => true);
    const bookmark = bookmarkOf(kind, start);
    const first: WatchEvent[] = [];
    const nobody = tombstone({ namespace: kind.namespace, type: kind.type, id: '' });
    if (options.bootstrapContents === true) {
      const isTorn = isTransaction(log) && this.#has('begins in the middle of a transaction');
      if (isTorn) start -= 1;
      const isOld = this.#has('begins with contents that were');
      const contents = sorted(contentsOf(log.slice(0, isOld || isTorn ? -1 : log.length)));
      if (this.#has('leaves one out of the contents')) contents.pop();
      for (const resource of contents) {
        if (query?.matches(resource) ?? true) first.push({ type: 'created', resource });
      }
      first.push({ type: 'bootstrapped', resource: nobody, bookmark });
      if (this.#has('ends its contents twice')) first.push({ type: 'bootstrapped', resource: nobody, bookmark });
    }
    if (options.bootstrapBookmark === true) first.push({ type: 'noop', resource: nobody, bookmark });
    return this.#run(kind, first, start, options, (change) => change);
  }

  #startOf(kind: Kind, log: readonly Change[], options: WatchOptions, counts: (change: Change) => boolean): number {
    const { from, tailEvents = 0 } = options;
    if (from !== undefined) {
      const [name, place] = JSON.parse(Buffer.from(from.toUint8Array()).toString()) as [string, number];
      if (name !== kindKey(kind) && !this.#has('takes a bookmark of another kind'))
        throw new InvalidBookmarkError(from);
      if (this.#has('gives an event again after a resume')) return Math.max(0, place - 1);
      return Math.min(log.length, this.#has('drops an event after a resume') ? place + 1 : place);
    }
    let start = log.length;
    for (let left = tailEvents; left > 0 && start > 0;) {
      start -= 1;
      const change = log[start];
      if (change !== undefined && counts(change)) left -= 1;
    }
    return start;
  }

  #run(
    kind: Kind,
    first: readonly WatchEvent[],
    start: number,
    { query, signal }: WatchKindOptions,
    select: (change: Change) => Change | undefined,
  ): Watch {
    const log = this.#log(kind);
    let position = start;
    let initial = first;
    let isClosed = signal?.aborted === true;
    let isBroken = false;
    const close = (): void => {
      isClosed = true;
      this.#wake();
    };
    signal?.addEventListener('abort', close, { once: true });
    const pull = async (): Promise<readonly WatchEvent[] | undefined> => {
      for (;;) {
        if (isClosed) return undefined;
        if (initial.length > 0) {
          const batch = initial;
          initial = [];
          return batch;
        }
        if (position < log.length) {
          const first = position;
          if (this.#has('ends without a word')) return undefined;
          if (log.length - position > 2 && this.#has('loses history without a word')) position += 2;
          if (first === start && this.#has('drops the first event of a watch')) position += 1;
          const isSplit = isTransaction(log) && this.#has('tells of a transaction in two batches');
          const end = isSplit ? Math.max(position + 1, log.length - 1) : log.length;
          const pending = log.slice(position, end);
          const base = position;
          position = end;
          const batch = pending.flatMap((change, index) => {
            const event = select(change) && this.#eventOf(kind, change, base + index + 1, query, log);
            return event === undefined ? [] : [event];
          });
          const told = this.#mistold(batch);
          if (told.length > 0 && (!isBroken || this.#has('goes on after a failure'))) {
            if (!this.#has('goes on after a failure')) return told;
            isBroken = true;
            return [...told, { type: 'errored', error: new WatchOverrunError('overrun') }];
          }
          continue;
        }
        await new Promise<void>((resolve) => this.#waiting.add(resolve));
      }
    };
    return {
      next: pull,
      close,
      [Symbol.asyncDispose]: () => Promise.resolve(close()),
      async *[Symbol.asyncIterator]() {
        for (let batch = await pull(); batch !== undefined; batch = await pull()) yield batch;
      },
    };
  }

  #eventOf(
    kind: Kind,
    { before, after }: Change,
    position: number,
    query: WatchKindOptions['query'],
    log: readonly Change[],
  ): WatchEvent | undefined {
    const bookmark = this.#has('forgets bookmarks') ? undefined : bookmarkOf(kind, position);
    const was = before !== undefined && (query?.matches(before) ?? true);
    const is = after !== undefined && (query?.matches(after) ?? true);
    if (after === undefined) return was ? { type: 'destroyed', resource: before, bookmark } : undefined;
    if (!was && !is) {
      const leaks = before !== undefined && this.#has('shows an update that does not match');
      return leaks ? { type: 'updated', resource: after, old: before, bookmark } : undefined;
    }
    if (!is) {
      if (this.#has('does not say that a resource left the selection')) return undefined;
      return { type: 'destroyed', resource: after, bookmark };
    }
    if (before === undefined) return { type: 'created', resource: after, bookmark };
    const entersAsUpdate = !was && this.#has('calls it an update when a resource enters the selection');
    if (!was && !entersAsUpdate) return { type: 'created', resource: after, bookmark };
    const older = log.find(({ after }) => after?.metadata.id === before.metadata.id)?.after;
    const old = this.#has('shows an older value as the old one') ? (older ?? before) : before;
    return {
      type: 'updated',
      resource: after,
      old: this.#has('shows the new value as the old one') ? after : old,
      bookmark,
    };
  }

  #mistold(batch: readonly WatchEvent[]): readonly WatchEvent[] {
    const [first, second, ...rest] = batch;
    if (first === undefined) return batch;
    if (this.#has('drops an event')) return batch.slice(1);
    if (this.#has('drops the last event')) return batch.slice(0, -1);
    if (this.#has('gives an event twice')) return [first, ...batch];
    if (second !== undefined && this.#has('swaps two events')) return [second, first, ...rest];
    if (first.type === 'created' && this.#has('changes what it delivered')) {
      void Promise.resolve().then(() => Object.assign(first.resource.metadata, { owner: 'somebody else' }));
    }
    if (first.type === 'created' && this.#has('tells of what nobody wrote')) {
      const { metadata, spec } = first.resource;
      const version = nextVersion(metadata.version);
      return [
        ...batch,
        { ...first, type: 'updated', resource: { metadata: { ...metadata, version }, spec }, old: first.resource },
      ];
    }
    return batch;
  }

  #commit<T extends Resource | undefined>(log: Change[], before: Resource | undefined, after: T): T {
    if (!this.#isInTransaction) this.#commits += 1;
    log.push({ commit: this.#commits, before, after });
    this.#wake();
    return after;
  }

  #wake(): void {
    if (this.#isInTransaction) return;
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  #log(kind: Kind): Change[] {
    const key = kindKey(kind);
    const log = this.#logs.get(key) ?? [];
    this.#logs.set(key, log);
    return log;
  }
}

function contentsOf(log: readonly Change[]): Map<string, Resource> {
  const contents = new Map<string, Resource>();
  for (const { before, after } of log) {
    if (after !== undefined) contents.set(after.metadata.id, after);
    else if (before !== undefined) contents.delete(before.metadata.id);
  }
  return contents;
}

/** Whether the last thing that happened was more than one. */
function isTransaction(log: readonly Change[]): boolean {
  return log.length > 1 && log.at(-1)?.commit === log.at(-2)?.commit;
}

function subjectKey(command: Command): string {
  const pointer = 'resource' in command ? command.resource.metadata : command.pointer;
  return `${kindKey(pointer)}/${pointer.id}`;
}

function sorted(contents: ReadonlyMap<string, Resource>): Resource[] {
  return [...contents.values()].sort((a, b) => compareUtf8(a.metadata.id, b.metadata.id));
}

/** One more than the highest version that was ever destroyed. */
function firstVersion(log: readonly Change[]): Version {
  const destroyed = log.flatMap(({ before, after }) => (after === undefined && before !== undefined ? [before] : []));
  return nextVersion(Math.max(0, ...destroyed.map(({ metadata }) => metadata.version)) as Version);
}

function next(stored: Resource, { metadata, spec }: Resource): Resource {
  const version = nextVersion(stored.metadata.version);
  return { metadata: { ...metadata, version, created: stored.metadata.created }, spec };
}

function bookmarkOf(kind: Kind, position: number): Bytes {
  return Bytes.from(Buffer.from(JSON.stringify([kindKey(kind), position])));
}
