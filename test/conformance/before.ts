import type { State } from '@cosi-ts/runtime';

/** A state whose calls go one after the other, and something comes before each. */
export function before(something: () => Promise<void>, state: State): State {
  let last: Promise<unknown> = Promise.resolve();
  const next = <T>(call: () => Promise<T>): Promise<T> => {
    const answer = last.then(something).then(call);
    last = answer.catch(() => undefined);
    return answer;
  };
  return {
    get: (pointer) => next(() => state.get(pointer)),
    list: (kind, options) => next(() => state.list(kind, options)),
    create: (resource, options) => next(() => state.create(resource, options)),
    update: (resource, options) => next(() => state.update(resource, options)),
    destroy: (pointer, options) => next(() => state.destroy(pointer, options)),
    teardown: (pointer, options) => next(() => state.teardown(pointer, options)),
    watch: (pointer, options) => next(() => state.watch(pointer, options)),
    watchKind: (kind, options) => next(() => state.watchKind(kind, options)),
  };
}
