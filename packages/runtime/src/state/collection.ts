import { Immer, type Draft } from 'immer';
import { equalMetadata, type Labels, type NewMetadata, type Resource, type ResourceType } from '@cosi-ts/resources';
import { AlreadyExistsError, NotFoundError, PhaseConflictError, VersionConflictError } from './errors.ts';
import type { Attribution, ListOptions, State, UpdateOptions, WriteOptions } from './state.ts';

/** Our own, so that no global setting of Immer is touched; the state freezes what it takes, by type. */
const immer = new Immer({ autoFreeze: false });

/** Reads of one kind. */
export interface Reader<S> {
  /** @throws NotFoundError */
  get(id: string): Promise<Resource<S>>;
  find(id: string): Promise<Resource<S> | undefined>;
  list(options?: ListOptions): Promise<readonly Resource<S>[]>;
}

export interface SetOptions extends UpdateOptions {
  /** Replaces the labels; left as they are if absent. */
  readonly labels?: Labels | undefined;
  readonly annotations?: Labels | undefined;
}

/** Writes to one kind. */
export interface Writer<S> {
  /** @throws AlreadyExistsError */
  create(id: string, spec: S, options?: WriteOptions & { readonly metadata?: NewMetadata }): Promise<Resource<S>>;
  /** Makes it so: creates it, or replaces what differs. What is equal already is not written again. */
  set(id: string, spec: S, options?: SetOptions): Promise<Resource<S>>;
  /**
   * Changes it through a draft. A recipe that changes nothing writes nothing; on a version conflict it runs
   * again on the newer resource, so it must be repeatable.
   * @throws NotFoundError, OwnerConflictError, PhaseConflictError
   */
  modify(id: string, recipe: (draft: Draft<S>) => void, options?: UpdateOptions): Promise<Resource<S>>;
  /** @returns whether it may be destroyed now. @throws NotFoundError */
  teardown(id: string, options?: WriteOptions): Promise<boolean>;
  /** @throws NotFoundError, PendingFinalizersError */
  destroy(id: string, options?: WriteOptions): Promise<void>;
}

/** Holding a resource back from destruction. Whose resource it is does not matter. */
export interface Finalizers {
  /** @throws NotFoundError */
  addFinalizer(id: string, ...finalizers: readonly string[]): Promise<void>;
  /** @throws NotFoundError */
  removeFinalizer(id: string, ...finalizers: readonly string[]): Promise<void>;
}

/** One kind of a state, typed: `collection(state, Member).modify('node-1', (draft) => { … })`. */
export interface Collection<S> extends Reader<S>, Writer<S>, Finalizers {
  readonly type: ResourceType<S>;
  /**
   * The general form of {@link Writer.modify}: any new value of the resource, metadata included.
   * Returning the same object writes nothing.
   */
  update(id: string, change: (current: Resource<S>) => Resource<S>, options?: UpdateOptions): Promise<Resource<S>>;
}

/** @param attribution who writes through it, and why: goes with each write */
export function collection<S>(state: State, type: ResourceType<S>, attribution?: () => Attribution): Collection<S> {
  const attributed = <O extends WriteOptions>(options: O | undefined): O | undefined =>
    attribution === undefined ? options : ({ ...options, ...attribution() } as O);

  const get = (id: string): Promise<Resource<S>> => state.get(type.pointer(id)) as Promise<Resource<S>>;

  const find = async (id: string): Promise<Resource<S> | undefined> => {
    try {
      return await get(id);
    } catch (thrown) {
      if (thrown instanceof NotFoundError) return undefined;
      throw thrown;
    }
  };

  const create: Writer<S>['create'] = (id, spec, options) =>
    state.create(type.create(id, spec, options?.metadata), attributed(options)) as Promise<Resource<S>>;

  const update: Collection<S>['update'] = async (id, change, options) => {
    const phase = options?.expectedPhase ?? 'running';
    for (;;) {
      const current = await get(id);
      if (phase !== 'any' && current.metadata.phase !== phase) throw new PhaseConflictError(current.metadata, phase);
      const changed = change(current);
      if (changed === current || isSame(type, changed, current)) return current;
      try {
        return (await state.update(changed, attributed(options))) as Resource<S>;
      } catch (thrown) {
        if (!(thrown instanceof VersionConflictError)) throw thrown;
      }
    }
  };

  const set: Writer<S>['set'] = async (id, spec, options) => {
    const { labels, annotations } = options ?? {};
    const current = await find(id);
    if (current === undefined) {
      const metadata: NewMetadata = { ...(labels && { labels }), ...(annotations && { annotations }) };
      try {
        return await create(id, spec, { ...options, metadata });
      } catch (thrown) {
        // Somebody else was first: what is there now is compared and replaced like any other.
        if (!(thrown instanceof AlreadyExistsError)) throw thrown;
      }
    }
    return update(
      id,
      ({ metadata }) => ({
        metadata: { ...metadata, labels: labels ?? metadata.labels, annotations: annotations ?? metadata.annotations },
        spec,
      }),
      options,
    );
  };

  const modify: Writer<S>['modify'] = (id, recipe, options) =>
    update(
      id,
      (current) => {
        const spec = immer.produce(current.spec, (draft) => {
          recipe(draft);
        });
        return spec === current.spec ? current : { metadata: current.metadata, spec };
      },
      options,
    );

  const changeFinalizers = async (
    id: string,
    change: (finalizers: readonly string[]) => readonly string[],
  ): Promise<void> => {
    // The owner is whoever it is: finalizers belong to those who hold them.
    for (;;) {
      const current = await get(id);
      const finalizers = change(current.metadata.finalizers);
      if (finalizers.length === current.metadata.finalizers.length) return;
      const next = { metadata: { ...current.metadata, finalizers }, spec: current.spec };
      try {
        await state.update(next, attributed({ owner: current.metadata.owner, expectedPhase: 'any' }));
        return;
      } catch (thrown) {
        if (!(thrown instanceof VersionConflictError)) throw thrown;
      }
    }
  };

  return {
    type,
    get,
    find,
    list: (options) => state.list(type, options) as Promise<readonly Resource<S>[]>,
    create,
    set,
    modify,
    update,
    teardown: (id, options) => state.teardown(type.pointer(id), attributed(options)),
    destroy: (id, options) => state.destroy(type.pointer(id), attributed(options)),
    addFinalizer: (id, ...added) =>
      changeFinalizers(id, (held) => [...held, ...added.filter((finalizer) => !held.includes(finalizer))]),
    removeFinalizer: (id, ...removed) =>
      changeFinalizers(id, (held) => held.filter((finalizer) => !removed.includes(finalizer))),
  };
}

function isSame<S>(type: ResourceType<S>, a: Resource<S>, b: Resource<S>): boolean {
  return (a.spec === b.spec || type.spec.equals(a.spec, b.spec)) && equalMetadata(a.metadata, b.metadata);
}
