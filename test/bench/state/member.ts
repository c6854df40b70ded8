import { realHost } from '@cosi-ts/core';
import { Labels, Member, type MemberSpec, type Pointer, type Resource } from '@cosi-ts/resources';
import { MemoryState } from '@cosi-ts/runtime';

const host = realHost();

/** The kind that every row works on, in a namespace of its own. */
export const Members = Member.in('cluster');

export function newState(): MemoryState {
  return new MemoryState({ clock: host.clock, random: host.random, pace: host.pace, types: { find: () => Members } });
}

export function idOf(n: number): string {
  return whole(`member-${String(n).padStart(6, '0')}`);
}

/** Text in one piece, as a decoder gives it and as Go's always is: joined text is laid out by who first looks into it. */
function whole(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}

export function pointerOf(n: number): Pointer {
  return Members.pointer(idOf(n));
}

/** The resource that every row works on; the reference's program builds the same. */
export function newMember(n: number): Resource<MemberSpec> {
  const role = n % 3 === 0 ? 'controlplane' : 'worker';
  const spec = {
    nodeId: whole(n.toString(16).padStart(32, '0')),
    addresses: [whole(`10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`), whole(`fd00::${(n + 1).toString(16)}`)],
    hostname: idOf(n),
    machineType: role,
    operatingSystem: 'Talos (v1.13.0)',
  } as unknown as MemberSpec;
  const labels = Labels.of({ cluster: `cluster-${String(n % 100).padStart(2, '0')}`, role });
  return Members.create(idOf(n), spec, { labels });
}

export function members(count: number): Resource<MemberSpec>[] {
  return Array.from({ length: count }, (_, n) => newMember(n));
}

/** A state with these in it, and the resources as they are stored. */
export async function filled(count: number): Promise<{ state: MemoryState; stored: Resource<MemberSpec>[] }> {
  const state = newState();
  const stored: Resource<MemberSpec>[] = [];
  for (const member of members(count)) stored.push((await state.create(member)) as Resource<MemberSpec>);
  return { state, stored };
}

/** The same resource with another host name, as somebody who holds its current version writes it. */
export function renamed({ metadata, spec }: Resource<MemberSpec>, hostname: string): Resource<MemberSpec> {
  return { metadata, spec: { ...spec, hostname } };
}

/** The order in which both programs read: multiplication by a prime. */
export function shuffled(count: number): number[] {
  return Array.from({ length: count }, (_, n) => (n * 7919) % count);
}
