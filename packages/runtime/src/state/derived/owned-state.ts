import type { Pointer, Resource } from '@cosi-ts/resources';
import type { Attribution, State, UpdateOptions, WriteOptions } from '../state.ts';
import { addFinalizers, removeFinalizers } from './finalizers.ts';
import { modifyWithResult } from './modify.ts';
import { teardownSignal, type TeardownSignal } from './teardown-signal.ts';
import type { ResourceChange, SameSpec } from './update-with-conflicts.ts';

/** A state as one owner sees it: what it writes is its own unless it says otherwise. */
export interface OwnedState extends Pick<State, 'get' | 'list'> {
  readonly owner: string;
  /** @param options `owner: ''` for a resource that nobody owns. */
  create(resource: Resource, options?: WriteOptions): Promise<Resource>;
  /** Only of a running resource. */
  update(resource: Resource, options?: Attribution): Promise<Resource>;
  /** @param options `owner: ''` for a resource that nobody owns. */
  modifyWithResult<S>(
    empty: Resource<S>,
    change: ResourceChange<S>,
    options?: UpdateOptions,
    same?: SameSpec,
  ): Promise<Resource<S>>;
  teardown(pointer: Pointer, options?: WriteOptions): Promise<boolean>;
  destroy(pointer: Pointer, options?: WriteOptions): Promise<void>;
  /** Whose it is does not matter. */
  addFinalizers(pointer: Pointer, finalizers: readonly string[], options?: Attribution): Promise<void>;
  removeFinalizers(pointer: Pointer, finalizers: readonly string[], options?: Attribution): Promise<void>;
  teardownSignal(pointer: Pointer, options?: { readonly signal?: AbortSignal }): Promise<TeardownSignal>;
}

/** The state for one owner: the errors are those of the state. */
export function ownedState(state: State, owner: string): OwnedState {
  return {
    owner,
    get: (pointer, options) => state.get(pointer, options),
    list: (kind, options) => state.list(kind, options),
    create: (resource, options) => state.create(resource, { owner, ...options }),
    update: (resource, options) => state.update(resource, { ...options, owner, expectedPhase: 'running' }),
    modifyWithResult: (empty, change, options, same) =>
      modifyWithResult(state, empty, change, { owner, ...options }, same),
    teardown: (pointer, options) => state.teardown(pointer, { owner, ...options }),
    destroy: (pointer, options) => state.destroy(pointer, { owner, ...options }),
    addFinalizers: (pointer, finalizers, options) => addFinalizers(state, pointer, finalizers, options),
    removeFinalizers: (pointer, finalizers, options) => removeFinalizers(state, pointer, finalizers, options),
    teardownSignal: (pointer, options) => teardownSignal(state, pointer, options),
  };
}
