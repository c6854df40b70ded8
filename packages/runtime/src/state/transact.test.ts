import { realHost } from '@cosi-ts/core';
import { Labels, Member, type MemberSpec, type Resource } from '@cosi-ts/resources';
import { beforeEach, describe, expect, test } from 'vitest';
import { InvalidTransactionError, NotFoundError, StaleReadError, VersionConflictError } from './errors.ts';
import { MemoryState } from './memory-state.ts';
import { compileQuery } from './query/query.ts';

const { clock, random } = realHost();
const other = Member.in('other');
const spec = (): MemberSpec => ({
  nodeId: '',
  addresses: [],
  hostname: '',
  machineType: 'worker',
  operatingSystem: '',
});
const named = ({ metadata }: Resource): string => `${metadata.namespace}/${metadata.id}@${metadata.version}`;
let state: MemoryState;

beforeEach(() => {
  state = new MemoryState({ clock, random, types: { find: () => Member } });
});

describe('a transaction', () => {
  test('writes several resources of several kinds in one commit, which no batch splits', async () => {
    const old = await state.create(Member.create('old', spec()));
    const watch = await state.watchKind(Member);
    const elsewhere = await state.watchKind(other);
    const position = state.position;
    const results = await state.transact(
      [
        { do: 'create', resource: Member.create('new', spec()) },
        { do: 'update', resource: old },
        { do: 'create', resource: other.create('x', spec()), owner: 'me' },
      ],
      { actor: 'test' },
    );
    expect(results.map(named)).toEqual(['cluster/new@1', 'cluster/old@2', 'other/x@1']);
    expect(state.position).toBe(position + 1);
    expect((await watch.next())?.map(({ type }) => type)).toEqual(['created', 'updated']);
    expect((await elsewhere.next())?.map(({ type }) => type)).toEqual(['created']);
  });

  test('that is refused in one part leaves nothing of the others', async () => {
    const old = await state.create(Member.create('old', spec()));
    await state.update(old);
    const commands = [
      { do: 'create', resource: Member.create('new', spec()) },
      { do: 'update', resource: old },
    ] as const;
    const position = state.position;
    await expect(state.transact(commands)).rejects.toThrow(VersionConflictError);
    await expect(state.get(Member.pointer('new'))).rejects.toThrow(NotFoundError);
    expect(state.position).toBe(position);
  });

  test('destroys and tears down, and does not write what is so already', async () => {
    await state.create(Member.create('a', spec()));
    await state.create(Member.create('b', spec(), { finalizers: ['f'] }));
    await state.teardown(Member.pointer('b'));
    const position = state.position;
    expect(await state.transact([{ do: 'teardown', pointer: Member.pointer('b') }])).toHaveLength(1);
    expect(state.position).toBe(position);
    await state.transact([
      { do: 'destroy', pointer: Member.pointer('a') },
      { do: 'teardown', pointer: Member.pointer('b') },
    ]);
    expect((await state.list(Member)).map(named)).toEqual(['cluster/b@2']);
  });

  test('has one command for a resource', async () => {
    const commands = ['x', 'x'].map((id) => ({ do: 'create', resource: Member.create(id, spec()) }) as const);
    await expect(state.transact(commands)).rejects.toThrow(InvalidTransactionError);
  });

  test('is refused if what it relies on has changed: a resource, that there is none, or a list', async () => {
    const known = await state.create(Member.create('a', spec(), { labels: Labels.of({ app: 'x' }) }));
    const all = await state.list(Member);
    const query = compileQuery({ labels: [[{ key: 'app', op: 'exists' }]] });
    const expectations = {
      same: [{ pointer: Member.pointer('a'), resource: known }],
      none: [{ pointer: Member.pointer('b'), resource: undefined }],
      list: [{ kind: Member, resources: all }],
      labelled: [{ kind: Member, query, resources: all }],
    };
    const holds = async (): Promise<readonly string[]> => {
      const names: string[] = [];
      for (const [name, unchanged] of Object.entries(expectations)) {
        const command = { do: 'create', resource: other.create(`${state.position}-${name}`, spec()) } as const;
        const refusal = await state.transact([command], { unchanged }).catch((thrown: unknown) => thrown);
        if (!(refusal instanceof Error)) names.push(name);
        else expect(refusal).toBeInstanceOf(StaleReadError);
      }
      return names;
    };
    expect(await holds()).toEqual(['same', 'none', 'list', 'labelled']);
    await state.create(Member.create('b', spec()));
    expect(await holds()).toEqual(['same', 'labelled']);
    await state.update(known);
    expect(await holds()).toEqual([]);
  });
});
