import type { MemberSpec, Resource } from '@cosi-ts/resources';
import { VersionConflictError, collection, compileQuery, type ListOptions } from '@cosi-ts/runtime';
import { begin, collectGarbage, collected, type Sample } from '../clock.ts';
import { Members, filled, idOf, members, newMember, newState, pointerOf, renamed, shuffled } from './member.ts';

const PRESENT = 10_000;

export async function get(): Promise<Sample> {
  const gets = 500_000;
  const { state } = await filled(PRESENT);
  const pointers = shuffled(PRESENT).map(pointerOf);
  const clock = begin();
  for (let n = 0; n < gets; n += 1) await state.get(pointers[n % PRESENT]!);
  return clock.perOp(gets);
}

export function list(count: number, options?: ListOptions): () => Promise<Sample> {
  return async () => {
    const { state, stored } = await filled(count);
    const calls = Math.max(20, 2_000_000 / count);
    const spent = { value: 0, cpu: 0 };
    // The first call sorts what was created; both programs' later calls find it as the last one left it.
    await state.list(Members, options);
    for (let n = 0; n < calls; n += 1) {
      const index = (n * 7919) % count;
      stored[index] = (await state.update(renamed(stored[index]!, idOf(n)))) as Resource<MemberSpec>;
      const clock = begin();
      await state.list(Members, options);
      const { value, cpu } = clock.perOp(calls);
      spent.value += value;
      spent.cpu += cpu;
    }
    return spent;
  };
}

export const byLabel: ListOptions = {
  query: compileQuery({ labels: [[{ key: 'cluster', op: 'equal', values: ['cluster-07'] }]] }),
};

export async function create(): Promise<Sample> {
  const count = 100_000;
  const all = members(count);
  const state = newState();
  await collected();
  const clock = begin();
  for (const member of all) await state.create(member);
  return clock.perOp(count);
}

export async function update(): Promise<Sample> {
  const updates = 200_000;
  const { state, stored } = await filled(PRESENT);
  const clock = begin();
  for (let n = 0; n < updates; n += 1) {
    const next = renamed(stored[n % PRESENT]!, (n / PRESENT) & 1 ? 'two' : 'one');
    stored[n % PRESENT] = (await state.update(next)) as Resource<MemberSpec>;
  }
  return clock.perOp(updates);
}

export async function updateStale(): Promise<Sample> {
  const updates = 100_000;
  const { state, stored } = await filled(PRESENT);
  for (const one of stored) await state.update(renamed(one, 'newer'));
  const clock = begin();
  for (let n = 0; n < updates; n += 1) {
    try {
      await state.update(stored[n % PRESENT]!);
    } catch (thrown) {
      if (!(thrown instanceof VersionConflictError)) throw thrown;
    }
  }
  return clock.perOp(updates);
}

export async function updateWithConflicts(): Promise<Sample> {
  const updates = 100_000;
  const { state } = await filled(PRESENT);
  const all = collection(state, Members);
  const ids = Array.from({ length: PRESENT }, (_, n) => idOf(n));
  const clock = begin();
  for (let n = 0; n < updates; n += 1) {
    const hostname = (n / PRESENT) & 1 ? 'two' : 'one';
    await all.update(ids[n % PRESENT]!, (current) => renamed(current, hostname));
  }
  return clock.perOp(updates);
}

export async function modifyNoop(): Promise<Sample> {
  const calls = 100_000;
  const { state } = await filled(PRESENT);
  const all = collection(state, Members);
  const ids = Array.from({ length: PRESENT }, (_, n) => idOf(n));
  const clock = begin();
  for (let n = 0; n < calls; n += 1) await all.modify(ids[n % PRESENT]!, () => {});
  return clock.perOp(calls);
}

export async function teardown(): Promise<Sample> {
  const count = 100_000;
  const { state, stored } = await filled(count);
  await collected();
  const clock = begin();
  for (const { metadata } of stored) await state.teardown(metadata);
  return clock.perOp(count);
}

export async function destroy(): Promise<Sample> {
  const count = 100_000;
  const { state, stored } = await filled(count);
  for (const { metadata } of stored) await state.teardown(metadata);
  await collected();
  const clock = begin();
  for (const { metadata } of stored) await state.destroy(metadata);
  return clock.perOp(count);
}

export function heap(count: number): () => Promise<Sample> {
  return async () => {
    const before = liveBytes();
    const state = newState();
    for (let n = 0; n < count; n += 1) await state.create(newMember(n));
    const value = (liveBytes() - before) / count;
    // Keeps the state alive until here.
    await state.get(pointerOf(0));
    return { value, cpu: 0 };
  };
}

function liveBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
