import type { Kind, Pointer } from '@cosi-ts/resources';
import { subjectOf } from '../state/command.ts';
import type { State } from '../state/state.ts';
import { watchOf, type Watch } from '../state/watch.ts';

/** What somebody wants to do with a resource. */
export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'destroy';

export interface AccessRequest extends Pointer {
  /** Empty when it is about the whole kind. */
  readonly id: string;
  readonly verb: Verb;
}

/** Whether something may be done: undefined, or why not. */
export type AccessRule = (request: AccessRequest) => Error | undefined;

/**
 * A state that does only what a rule allows. The rule is asked before each call, and by a watch before each batch,
 * so that a right that is withdrawn ends what was begun with it. It has no `changes`: a cursor of another's table
 * would be out of reach.
 */
export function filterState(state: State, rule: AccessRule): State {
  const refusal = (verb: Verb, { namespace, type }: Kind, id = ''): Error | undefined =>
    rule({ namespace, type, id, verb });

  const guard = <T>(refused: Error | undefined, call: () => Promise<T>): Promise<T> =>
    refused === undefined ? call() : Promise.reject(refused);

  const guardWatch = async (check: () => Error | undefined, call: () => Promise<Watch>): Promise<Watch> => {
    const watch = await guard(check(), call);
    let isOver = false;
    return watchOf(
      async () => {
        const batch = isOver ? undefined : await watch.next();
        const refused = batch === undefined ? undefined : check();
        if (refused === undefined) return batch;
        isOver = true;
        watch.close();
        return [{ type: 'errored', error: refused }];
      },
      () => watch.close(),
    );
  };

  return {
    get position() {
      return state.position;
    },
    get: (pointer, options) => guard(refusal('get', pointer, pointer.id), () => state.get(pointer, options)),
    list: (kind, options) => guard(refusal('list', kind), () => state.list(kind, options)),
    create: (resource, options) =>
      guard(refusal('create', resource.metadata, resource.metadata.id), () => state.create(resource, options)),
    update: (resource, options) =>
      guard(refusal('update', resource.metadata, resource.metadata.id), () => state.update(resource, options)),
    destroy: (pointer, options) =>
      guard(refusal('destroy', pointer, pointer.id), () => state.destroy(pointer, options)),
    teardown: (pointer, options) =>
      guard(refusal('update', pointer, pointer.id), () => state.teardown(pointer, options)),
    transact:
      state.transact &&
      ((commands, options) => {
        const refused = commands.map((command) => {
          const pointer = subjectOf(command);
          return refusal(command.do === 'teardown' ? 'update' : command.do, pointer, pointer.id);
        });
        const first = refused.find((error) => error !== undefined);
        return guard(first, () => state.transact?.(commands, options) ?? Promise.resolve([]));
      }),
    watch: (pointer, options) =>
      guardWatch(
        () => refusal('watch', pointer, pointer.id),
        () => state.watch(pointer, options),
      ),
    watchKind: (kind, options) =>
      guardWatch(
        () => refusal('watch', kind),
        () => state.watchKind(kind, options),
      ),
  };
}
