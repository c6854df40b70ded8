import type { Gate } from '@cosi-ts/core';
import type { State, Watch } from '@cosi-ts/runtime';

/**
 * A state seen from a distance: each call passes a point before its effect and one before its answer, and each pull
 * of a watch one before it and one behind it, so that the calls of several clients overlap as the tape says.
 */
export function distantState(state: State, gate: Gate | undefined, actor: string): State {
  const through = async <T>(label: string, call: () => Promise<T>): Promise<T> => {
    await gate?.pass({ kind: 'call', actor, label });
    // The answer of a refused call is under way as well.
    const [outcome] = await Promise.allSettled([call()]);
    await gate?.pass({ kind: 'answer', actor, label });
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  };
  const watched = async (opening: Promise<Watch>): Promise<Watch> => {
    const watch = await opening;
    const next: Watch['next'] = async () => {
      await gate?.pass({ kind: 'pull', actor, label: 'watch' });
      const batch = await watch.next();
      await gate?.pass({ kind: 'answer', actor, label: 'watch' });
      return batch;
    };
    return { ...watch, next, close: () => watch.close() };
  };
  const { transact } = state;
  return {
    get: (pointer) => through(`get ${pointer.id}`, () => state.get(pointer)),
    list: (kind, options) => through('list', () => state.list(kind, options)),
    create: (resource, options) => through(`create ${resource.metadata.id}`, () => state.create(resource, options)),
    update: (resource, options) => through(`update ${resource.metadata.id}`, () => state.update(resource, options)),
    destroy: (pointer, options) => through(`destroy ${pointer.id}`, () => state.destroy(pointer, options)),
    teardown: (pointer, options) => through(`teardown ${pointer.id}`, () => state.teardown(pointer, options)),
    transact:
      transact &&
      ((commands, options) => through(`transact ${commands.length}`, () => transact.call(state, commands, options))),
    watch: (pointer, options) => watched(through('watch', () => state.watch(pointer, options))),
    watchKind: (kind, options) => watched(through('watch', () => state.watchKind(kind, options))),
  };
}
