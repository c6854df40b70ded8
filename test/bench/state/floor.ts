import type { MemberSpec, Resource } from '@cosi-ts/resources';
import { begin, collected, type Sample } from '../clock.ts';
import { idOf, members, pointerOf, renamed, shuffled } from './member.ts';

// What no state in this engine can do without: a Map finds the resource, what is new is made and frozen, and the caller
// waits for a promise. No rules, no versions to compare, no history, nobody is told.

type Stored = Resource<MemberSpec>;
const PRESENT = 10_000;

function mapOf(all: readonly Stored[]): Map<string, { value: Stored }> {
  return new Map(all.map((value) => [value.metadata.id, { value }]));
}

/** A new value with metadata of its own, frozen as every value of a state is. */
function accepted({ metadata, spec }: Stored): Stored {
  const { namespace, type, id, version, owner, phase, created, updated, finalizers, labels, annotations } = metadata;
  Object.freeze(spec.addresses);
  return {
    metadata: { namespace, type, id, version, owner, phase, created, updated, finalizers, labels, annotations },
    spec: Object.freeze(spec),
  };
}

export async function get(): Promise<Sample> {
  const gets = 500_000;
  const map = mapOf(members(PRESENT));
  const pointers = shuffled(PRESENT).map(pointerOf);
  const clock = begin();
  for (let n = 0; n < gets; n += 1) await Promise.resolve(map.get(pointers[n % PRESENT]!.id)?.value);
  return clock.perOp(gets);
}

export async function create(): Promise<Sample> {
  const count = 100_000;
  const all = members(count);
  await collected();
  const clock = begin();
  const map = new Map<string, { value: Stored }>();
  for (const one of all) {
    if (map.has(one.metadata.id)) throw new Error('it is there already');
    const value = accepted(one);
    map.set(value.metadata.id, { value });
    await Promise.resolve(value);
  }
  return clock.perOp(count);
}

export async function update(): Promise<Sample> {
  const updates = 200_000;
  const stored = members(PRESENT);
  const map = mapOf(stored);
  const clock = begin();
  for (let n = 0; n < updates; n += 1) {
    const next = renamed(stored[n % PRESENT]!, (n / PRESENT) & 1 ? 'two' : 'one');
    const entry = map.get(next.metadata.id);
    if (entry === undefined) throw new Error('it is not there');
    entry.value = accepted(next);
    stored[n % PRESENT] = await Promise.resolve(entry.value);
  }
  return clock.perOp(updates);
}

export async function destroy(): Promise<Sample> {
  const count = 100_000;
  const map = mapOf(members(count));
  const ids = Array.from({ length: count }, (_, n) => idOf(n));
  await collected();
  const clock = begin();
  for (const id of ids) {
    if (map.get(id) === undefined) throw new Error('it is not there');
    map.delete(id);
    await Promise.resolve();
  }
  return clock.perOp(count);
}
