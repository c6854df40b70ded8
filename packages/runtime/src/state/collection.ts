import { Immer, type Draft } from 'immer';
import { promised, type Eventually } from '@cosi-ts/core';
import type { NewMetadata, Resource, ResourceType } from '@cosi-ts/resources';
import { findIn, findNow } from './derived/find-in.ts';
import { addFinalizers, removeFinalizers } from './derived/finalizers.ts';
import { modifyWithResult } from './derived/modify.ts';
import { setResource, type SetOptions } from './derived/set-resource.ts';
import { updateWithConflicts, type SameSpec } from './derived/update-with-conflicts.ts';
import type { Attribution, BasicState, ListOptions, UpdateOptions, WriteOptions } from './state.ts';

/** Our own, so that no global setting of Immer is touched; the state freezes what it takes, by type. */
const immer = new Immer({ autoFreeze: false });

/** Reads of one kind. */
export interface Reader<S> {
  /** @throws NotFoundError */
  get(id: string): Promise<Resource<S>>;
  find(id: string): Promise<Resource<S> | undefined>;
  list(options?: ListOptions): Promise<readonly Resource<S>[]>;
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
  /** {@link Writer.modify}, or creates it: `empty` with the recipe's changes. */
  modifyWithResult(
    id: string,
    empty: S,
    recipe: (draft: Draft<S>) => void,
    options?: UpdateOptions,
  ): Promise<Resource<S>>;
  /**
   * The general form of {@link Writer.modify}: any new value of the resource, metadata included.
   * Returning the same object writes nothing.
   */
  update(id: string, change: (current: Resource<S>) => Resource<S>, options?: UpdateOptions): Promise<Resource<S>>;
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
  /** {@link Writer.set}, done when it returns if the state can do that. It throws then. */
  setNow(id: string, spec: S, options?: SetOptions, owner?: string): Eventually<Resource<S>>;
}

/** @param attribution who writes through it, and why: goes with each write */
export function collection<S>(
  state: BasicState,
  type: ResourceType<S>,
  attribution?: () => Attribution,
): Collection<S> {
  const attributed = <O extends WriteOptions>(options: O | undefined): O | undefined =>
    attribution === undefined ? options : ({ ...options, ...attribution() } as O);

  const get = (id: string): Promise<Resource<S>> => state.get(type.pointer(id)) as Promise<Resource<S>>;

  const find = (id: string): Promise<Resource<S> | undefined> =>
    findIn(state, type.pointer(id)) as Promise<Resource<S> | undefined>;

  const create: Writer<S>['create'] = (id, spec, options) =>
    state.create(type.create(id, spec, options?.metadata), attributed(options)) as Promise<Resource<S>>;

  const same: SameSpec = (a, b) => type.spec.equals(a as S, b as S);

  const update: Collection<S>['update'] = (id, change, options) =>
    updateWithConflicts(state, type.pointer(id), change, attributed(options), same);

  const setNow: Collection<S>['setNow'] = (id, spec, options = NO_OPTIONS, owner = '') =>
    setResource(
      state,
      type,
      id,
      spec,
      setOptions(options, owner, attribution?.()),
      () => findNow(state, type.pointer(id)) as Eventually<Resource<S> | undefined>,
    );

  const set: Writer<S>['set'] = (id, spec, options) => promised(() => setNow(id, spec, options));

  const modify: Writer<S>['modify'] = (id, recipe, options) =>
    update(id, (current) => changed(current, recipe), options);

  const modifyOrCreate: Collection<S>['modifyWithResult'] = (id, empty, recipe, options) =>
    modifyWithResult(state, type.create(id, empty), (current) => changed(current, recipe), attributed(options), same);

  return {
    type,
    get,
    find,
    list: (options) => state.list(type, options) as Promise<readonly Resource<S>[]>,
    create,
    set,
    setNow,
    modify,
    modifyWithResult: modifyOrCreate,
    update,
    teardown: (id, options) => state.teardown(type.pointer(id), attributed(options)),
    destroy: (id, options) => state.destroy(type.pointer(id), attributed(options)),
    addFinalizer: (id, ...added) => addFinalizers(state, type.pointer(id), added, attributed(undefined)),
    removeFinalizer: (id, ...removed) => removeFinalizers(state, type.pointer(id), removed, attributed(undefined)),
  };
}

function changed<S>(current: Resource<S>, recipe: (draft: Draft<S>) => void): Resource<S> {
  const spec = immer.produce(current.spec, (draft) => {
    recipe(draft);
  });
  return spec === current.spec ? current : { metadata: current.metadata, spec };
}

const NO_OPTIONS: SetOptions = {};

/** Written out, since it is made for each write, and to spread what is given costs several times as much. */
function setOptions(given: SetOptions, owner: string, attribution: Attribution = given): SetOptions {
  return {
    owner: given.owner ?? owner,
    actor: attribution.actor,
    causes: attribution.causes,
    signal: given.signal,
    expectedPhase: given.expectedPhase,
    labels: given.labels,
    annotations: given.annotations,
    current: given.current,
  } satisfies Record<keyof SetOptions, unknown>;
}
