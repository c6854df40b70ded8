import type { Kind } from '@cosi-ts/resources';
import { subjectOf } from '../command.ts';
import { UnsupportedError } from '../errors.ts';
import type { State } from '../state.ts';
import { teardownAndDestroy } from '../teardown-and-destroy.ts';

/**
 * One state of many, each with namespaces of its own: some in memory, one behind a store, one elsewhere.
 *
 * @param build the state of a namespace, asked once, when the namespace is first used. What it throws rejects the call,
 * and it is asked again by the next one.
 */
export function namespacedState(build: (namespace: string) => State): State {
  const states = new Map<string, State>();

  const stateOf = ({ namespace }: Kind): State => {
    const known = states.get(namespace);
    if (known !== undefined) return known;
    const built = build(namespace);
    states.set(namespace, built);
    return built;
  };

  return {
    get: async (pointer, options) => stateOf(pointer).get(pointer, options),
    list: async (kind, options) => stateOf(kind).list(kind, options),
    create: async (resource, options) => stateOf(resource.metadata).create(resource, options),
    update: async (resource, options) => stateOf(resource.metadata).update(resource, options),
    destroy: async (pointer, options) => stateOf(pointer).destroy(pointer, options),
    teardown: async (pointer, options) => stateOf(pointer).teardown(pointer, options),
    teardownAndDestroy: async (pointer, options) => teardownAndDestroy(stateOf(pointer), pointer, options),
    watch: async (pointer, options) => stateOf(pointer).watch(pointer, options),
    watchKind: async (kind, options) => stateOf(kind).watchKind(kind, options),
    changes: (kind, since) => {
      const cursor = stateOf(kind).changes?.(kind, since);
      if (cursor === undefined) throw new UnsupportedError(`the state of namespace ${kind.namespace} has no changes()`);
      return cursor;
    },
    async transact(commands, options) {
      const [state, ...others] = new Set(commands.map((command) => stateOf(subjectOf(command))));
      if (state === undefined) return [];
      if (others.length > 0) throw new UnsupportedError('a transaction never spans two stores');
      if (state.transact === undefined) throw new UnsupportedError('the state has no transactions');
      return state.transact(commands, options);
    },
  };
}
