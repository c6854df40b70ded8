import { RpcError, type Clock, type Gate, type Random } from '@cosi-ts/core';
import type { TypeLookup } from '@cosi-ts/resources';
import {
  UnknownOutcomeError,
  UnsupportedError,
  openState,
  type BackingStore,
  type State,
  type StoreCommit,
  type Watch,
} from '@cosi-ts/runtime';
import { Disk } from './disk.ts';

/** How a store answers a commit. `perhaps` and a crash leave it open whether it was kept. */
export type Fate =
  | 'yes'
  | 'no'
  | 'perhaps, kept'
  | 'perhaps, lost'
  | 'crash, kept'
  | 'crash, lost'
  // What no store may do.
  | 'yes, lost'
  | 'yes, without marks';

export interface ReopeningOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly gate: Gate | undefined;
  readonly types: TypeLookup;
  readonly fate: () => Fate;
}

interface Life {
  readonly state: State;
  /** Rejects when it ends. */
  readonly end: Promise<never>;
}

/**
 * A state with a store behind it whose process dies now and then, or stops because its store could not say what became
 * of a commit: it is opened again, on what the disk has. Whoever waited for an answer never knows.
 */
export function reopeningState(options: ReopeningOptions): State {
  const disk = new Disk();
  let life = open();

  function open(): Promise<Life> {
    const end = Promise.withResolvers<never>();
    end.promise.catch(() => undefined);
    const die = (): void => {
      life = open();
      end.reject(new RpcError('UNAVAILABLE', 'the process is gone'));
    };
    const { clock, random, types } = options;
    return openState({ clock, random, types, store: storeOn(disk, options, die) }).then((state) => ({
      state,
      end: end.promise,
    }));
  }

  const call = async <T>(run: (state: State) => Promise<T>): Promise<T> => {
    const { state, end } = await life;
    return Promise.race([run(state), end]);
  };
  const watched = async (open: (state: State) => Promise<Watch>): Promise<Watch> => {
    const { state, end } = await life;
    const watch = await open(state);
    let isOver = false;
    const next: Watch['next'] = async () => {
      if (isOver) return undefined;
      try {
        return await Promise.race([watch.next(), end]);
      } catch (thrown) {
        isOver = true;
        watch.close();
        return [{ type: 'errored', error: thrown as Error }];
      }
    };
    return {
      next,
      close: () => watch.close(),
      [Symbol.asyncDispose]: () => watch[Symbol.asyncDispose](),
      async *[Symbol.asyncIterator]() {
        for (let batch = await next(); batch !== undefined; batch = await next()) yield batch;
      },
    };
  };
  return {
    get: (pointer) => call((state) => state.get(pointer)),
    list: (kind, given) => call((state) => state.list(kind, given)),
    create: (resource, given) => call((state) => state.create(resource, given)),
    update: (resource, given) => call((state) => state.update(resource, given)),
    destroy: (pointer, given) => call((state) => state.destroy(pointer, given)),
    teardown: (pointer, given) => call((state) => state.teardown(pointer, given)),
    transact: (commands, given) => call((state) => state.transact?.(commands, given) ?? Promise.resolve([])),
    watch: (pointer, given) => watched((state) => state.watch(pointer, given)),
    watchKind: (kind, given) => watched((state) => state.watchKind(kind, given)),
  };
}

/** A store that keeps commits in order, each after a while, and answers as fate has it. */
function storeOn(disk: Disk, { gate, fate }: ReopeningOptions, die: () => void): BackingStore {
  let isDead = false;
  let turn: Promise<void> = Promise.resolve();
  const end = (): void => {
    if (isDead) return;
    isDead = true;
    die();
  };
  const keep = async (commit: StoreCommit): Promise<void> => {
    await gate?.pass({ kind: 'call', actor: 'store', label: `commit ${commit.position}` });
    if (isDead) return new Promise<never>(() => undefined);
    const answer = fate();
    // Any rule of the state would do: it says that nothing was kept.
    if (answer === 'no') throw new UnsupportedError('the disk is full');
    if (answer === 'yes, without marks') disk.keep({ ...commit, destroyedMarks: [] });
    else if (!answer.endsWith('lost')) disk.keep(commit);
    if (answer.startsWith('crash')) {
      end();
      return new Promise<never>(() => undefined);
    }
    await gate?.pass({ kind: 'answer', actor: 'store', label: `commit ${commit.position}` });
    if (answer.startsWith('yes')) return undefined;
    // The state stops; somebody opens it anew after a while.
    void gate?.pass({ kind: 'call', actor: 'store', label: 'open again' }).then(end);
    throw new UnknownOutcomeError('the disk did not answer', undefined);
  };
  return {
    load: (into) => Promise.resolve(disk.load(into)),
    commit(commit) {
      const kept = turn.then(() => keep(commit));
      turn = kept.catch(() => undefined);
      return kept;
    },
    close: () => Promise.resolve(),
  };
}
