import { realHost } from '@cosi-ts/core';
import { Labels, Member, type MemberSpec, type NewMetadata, type Resource } from '@cosi-ts/resources';
import { beforeEach, describe, expect, test } from 'vitest';
import { InvalidResourceError } from './errors.ts';
import { MemoryState } from './memory-state.ts';

const { clock, random } = realHost();
const HALF = 'a\ud800b';
let state: MemoryState;

const member = (id: string, hostname = '', metadata: NewMetadata = {}): Resource<MemberSpec> =>
  Member.create(id, { nodeId: '', addresses: [], hostname, machineType: 'worker', operatingSystem: '' }, metadata);

beforeEach(() => {
  state = new MemoryState({ clock, random, types: { find: (type) => (type === Member.type ? Member : undefined) } });
});

describe('text with half a surrogate pair is refused', () => {
  const unknown = { ...member('x').metadata, type: 'Nobodys.example.org' };
  const cases: [where: string, resource: Resource, owner?: string][] = [
    ['in an id', member(HALF)],
    ['in a namespace', Member.in(HALF).create('x', member('x').spec)],
    ['in an owner', member('x'), HALF],
    ["in a label's key", member('x', '', { labels: Labels.of({ [HALF]: '' }) })],
    ["in a label's value", member('x', '', { labels: Labels.of({ a: HALF }) })],
    ['in an annotation', member('x', '', { annotations: Labels.of({ a: HALF }) })],
    ['in a finalizer', member('x', '', { finalizers: [HALF] })],
    ['in a spec', member('x', HALF)],
    ['in the text of a spec that nobody declared', { metadata: unknown, spec: { proto: undefined, yaml: HALF } }],
  ];

  test.each(cases)('%s, when it is created', async (_where, resource, owner) => {
    await expect(state.create(resource, { owner })).rejects.toThrow(InvalidResourceError);
    expect(state.position).toBe(0);
  });

  test.each(cases.slice(3, 8))('%s, when it is updated', async (_where, resource) => {
    const stored = await state.create(member('x'));
    const next = { metadata: { ...resource.metadata, version: stored.metadata.version }, spec: resource.spec };
    await expect(state.update(next)).rejects.toThrow(InvalidResourceError);
    expect(await state.get(Member.pointer('x'))).toBe(stored);
  });
});

test('equal resources share their labels', async () => {
  const labels = (): Labels => Labels.of({ cluster: 'one', role: 'worker' });
  const a = await state.create(member('a', '', { labels: labels() }));
  const b = await state.create(member('b', '', { labels: labels() }));
  const c = await state.update({ metadata: { ...b.metadata, labels: labels() }, spec: b.spec });
  expect(b.metadata.labels).toBe(a.metadata.labels);
  expect(c.metadata.labels).toBe(a.metadata.labels);
});

test('what was created is frozen', async () => {
  const { metadata, spec } = await state.create(member('a', 'h', { finalizers: ['f'] }));
  expect(() => ((spec as { hostname: string }).hostname = 'other')).toThrow(TypeError);
  expect(() => (metadata.finalizers as string[]).push('g')).toThrow(TypeError);
});
