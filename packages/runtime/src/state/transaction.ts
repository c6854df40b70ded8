import { compareUtf8, type Clock, type Host, type Pace } from '@cosi-ts/core';
import {
  kindKey,
  nextVersion,
  UNDEFINED_VERSION,
  type Kind,
  type Pointer,
  type Resource,
  type Version,
} from '@cosi-ts/resources';
import { subjectOf, type Command } from './command.ts';
import { decide, isRefusal } from './decide.ts';
import { findIn } from './derived/find-in.ts';
import { InvalidTransactionError, NotFoundError } from './errors.ts';
import type { Expectation } from './expectation.ts';
import { select } from './query/select.ts';
import type { BasicState, ListOptions, State, TransactOptions, UpdateOptions, WriteOptions } from './state.ts';

/** A resource as it was in the state, and as the transaction will leave it. */
interface Draft {
  readonly before: Resource | undefined;
  after: Resource | undefined;
}

/**
 * What a reader and writer of a state sees who will commit everything at the end: reads are remembered, writes are kept
 * back, and its own writes are what it reads. Refusals come at once, as from the state.
 */
export class Transaction implements BasicState {
  readonly #state: State;
  readonly #clock: Clock;
  readonly #pace: Pace;
  readonly #drafts = new Map<string, Map<string, Draft>>();
  /** Each resource once, as it was first read. */
  readonly #reads = new Map<string, Map<string, Expectation>>();
  readonly #lists: Expectation[] = [];

  constructor(state: State, { clock, pace }: Pick<Host, 'clock' | 'pace'>) {
    this.#state = state;
    this.#clock = clock;
    this.#pace = pace;
  }

  async get(pointer: Pointer): Promise<Resource> {
    const found = await this.find(pointer);
    if (found === undefined) throw new NotFoundError(pointer);
    return found;
  }

  async find(pointer: Pointer): Promise<Resource | undefined> {
    const draft = this.#drafts.get(kindKey(pointer))?.get(pointer.id);
    return draft === undefined ? this.#read(pointer) : draft.after;
  }

  async list(kind: Kind, options?: ListOptions): Promise<readonly Resource[]> {
    const since = this.#state.position;
    const resources = await this.#state.list(kind, options);
    const query = options?.query;
    this.#lists.push({ kind: { namespace: kind.namespace, type: kind.type }, query, resources, since });
    const drafts = this.#drafts.get(kindKey(kind));
    if (drafts === undefined) return resources;
    const others = resources.filter(({ metadata }) => !drafts.has(metadata.id));
    const own = [...drafts.values()].flatMap(({ after }) => after ?? []);
    // What the state asked last may have taken its time.
    if (query?.costPerCharacter !== undefined) await this.#pace.yield();
    const matching = query === undefined ? own : await select({ values: own, position: 0 }, query, this.#pace);
    return [...others, ...matching].sort((a, b) => compareUtf8(a.metadata.id, b.metadata.id));
  }

  create(resource: Resource, options: WriteOptions = {}): Promise<Resource> {
    return this.#write({ do: 'create', resource, owner: options.owner });
  }

  update(resource: Resource, { owner, expectedPhase }: UpdateOptions = {}): Promise<Resource> {
    return this.#write({ do: 'update', resource, owner, expectedPhase });
  }

  async destroy(pointer: Pointer, options: WriteOptions = {}): Promise<void> {
    await this.#write({ do: 'destroy', pointer, owner: options.owner });
  }

  async teardown(pointer: Pointer, options: WriteOptions = {}): Promise<boolean> {
    const { metadata } = await this.#write({ do: 'teardown', pointer, owner: options.owner });
    return metadata.finalizers.length === 0;
  }

  /**
   * Commits everything, if nothing that was read has changed. Without writes there is nothing to do.
   * @throws StaleReadError, or whatever the state refuses
   */
  async commit(options: TransactOptions): Promise<void> {
    const commands = [...this.#drafts.values()].flatMap((drafts) => [...drafts.values()].flatMap(commandOf));
    if (commands.length === 0) return;
    const unchanged = [...this.#reads.values()].flatMap((reads) => [...reads.values()]).concat(this.#lists);
    await this.#state.transact?.(commands, { ...options, unchanged });
  }

  async #read(pointer: Pointer): Promise<Resource | undefined> {
    const resource = await findIn(this.#state, pointer);
    const key = kindKey(pointer);
    const reads = this.#reads.get(key) ?? new Map<string, Expectation>();
    this.#reads.set(key, reads);
    const { namespace, type, id } = pointer;
    if (!reads.has(id)) reads.set(id, { pointer: { namespace, type, id }, resource });
    return resource;
  }

  async #write(command: Command): Promise<Resource> {
    const pointer = subjectOf(command);
    const read = await this.#read(pointer);
    const drafts = this.#draftsOf(pointer);
    const draft = drafts.get(pointer.id) ?? { before: read, after: read };
    const decision = decide(command, draft.after, FIRST, this.#clock.now());
    if (isRefusal(decision)) throw decision;
    // A commit takes a resource one step.
    if (command.do === 'create' && draft.before !== undefined) {
      throw new InvalidTransactionError(pointer, 'it cannot be destroyed and created at once');
    }
    if (command.do === 'destroy' && draft.before !== undefined && draft.before.metadata.finalizers.length > 0) {
      throw new InvalidTransactionError(pointer, 'it cannot be let go and destroyed at once');
    }
    draft.after = command.do === 'destroy' ? undefined : decision;
    drafts.set(pointer.id, draft);
    return decision;
  }

  #draftsOf(kind: Kind): Map<string, Draft> {
    const key = kindKey(kind);
    const drafts = this.#drafts.get(key) ?? new Map<string, Draft>();
    this.#drafts.set(key, drafts);
    return drafts;
  }
}

/** What a new resource is shown to have until it is committed. */
const FIRST: Version = nextVersion(0 as Version);

/** All that was done to a resource, as one command. Who may do it was decided step by step. */
function commandOf({ before, after }: Draft): readonly Command[] {
  if (before === after) return [];
  if (before === undefined) {
    if (after === undefined) return [];
    const metadata = { ...after.metadata, version: UNDEFINED_VERSION };
    return [{ do: 'create', resource: { metadata, spec: after.spec }, owner: metadata.owner }];
  }
  const { version, owner } = before.metadata;
  if (after === undefined) return [{ do: 'destroy', pointer: before.metadata, owner }];
  const resource = { metadata: { ...after.metadata, version }, spec: after.spec };
  return [{ do: 'update', resource, owner, expectedPhase: 'any' }];
}
