import type { MemberSpec, Resource } from '@cosi-ts/resources';
import type { MemoryState } from '@cosi-ts/runtime';
import { Members, idOf, newMember, newState, pointerOf, renamed } from '../state/member.ts';

/** One operation on a state that holds so many resources. */
export interface Operation {
  readonly name: string;
  /** Prepares so many runs, each on another resource, and returns one that does the n-th. */
  prepare(grown: Grown, runs: number): Promise<(n: number) => Promise<unknown>>;
}

/** A state with resources `member-000000` to `member-<size − 1>`. */
export interface Grown {
  readonly state: MemoryState;
  readonly size: number;
}

export async function grown(size: number): Promise<Grown> {
  const state = newState();
  for (let n = 0; n < size; n += 1) await state.create(newMember(n));
  return { state, size };
}

/** Which resource a run takes: all over the kind, no neighbour of the one before. */
export function spread(n: number, size: number): number {
  return (n * 7919) % size;
}

const get: Operation = {
  name: 'get',
  async prepare({ state, size }, runs) {
    const pointers = Array.from({ length: runs }, (_, n) => pointerOf(spread(n, size)));
    return (n) => state.get(pointers[n]!);
  },
};

const create: Operation = {
  name: 'create',
  async prepare({ state, size }, runs) {
    const fresh = Array.from({ length: runs }, (_, n) => newMember(size + n));
    return (n) => state.create(fresh[n]!);
  },
};

const update: Operation = {
  name: 'update',
  async prepare({ state, size }, runs) {
    const latest = new Map<number, Resource<MemberSpec>>();
    for (let n = 0; n < runs; n += 1) {
      const which = spread(n, size);
      if (!latest.has(which)) latest.set(which, (await state.get(pointerOf(which))) as Resource<MemberSpec>);
    }
    return async (n) => {
      const which = spread(n, size);
      const next = renamed(latest.get(which)!, idOf(n));
      latest.set(which, (await state.update(next)) as Resource<MemberSpec>);
    };
  },
};

/** An update, and the event that one watch has of it. */
const deliver: Operation = {
  name: 'delivery',
  async prepare(state, runs) {
    const run = await update.prepare(state, runs);
    const watch = await state.state.watchKind(Members);
    return async (n) => {
      await run(n);
      const batch = await watch.next();
      if (batch?.length !== 1) throw new Error('expected one event');
    };
  },
};

export const OPERATIONS: readonly Operation[] = [get, create, update, deliver];
