import { realHost } from '@cosi-ts/core';
import { Member, isTombstone, type MemberSpec, type NewMetadata, type Resource } from '@cosi-ts/resources';
import { beforeEach, describe, expect, test } from 'vitest';
import { collection } from '../collection.ts';
import {
  AlreadyExistsError,
  ConflictError,
  OwnerConflictError,
  PhaseConflictError,
  TornDownError,
  VersionConflictError,
  WatchOverrunError,
} from '../errors.ts';
import { MemoryState } from '../memory-state.ts';
import type { State } from '../state.ts';
import { watchOf } from '../watch.ts';
import { addFinalizers, removeFinalizers } from './finalizers.ts';
import { modify, modifyWithResult } from './modify.ts';
import { namespacedState } from './namespaced-state.ts';
import { ownedState } from './owned-state.ts';
import { teardownSignal } from './teardown-signal.ts';
import { updateWithConflicts } from './update-with-conflicts.ts';
import { watchFor } from './watch-for.ts';

const { clock, random } = realHost();
const pointer = Member.pointer('a');
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const member = (id: string, hostname = '', metadata: NewMetadata = {}): Resource<MemberSpec> =>
  Member.create(id, { nodeId: '', addresses: [], hostname, machineType: 'worker', operatingSystem: '' }, metadata);
const named =
  (hostname: string) =>
  ({ metadata, spec }: Resource<MemberSpec>): Resource<MemberSpec> => ({ metadata, spec: { ...spec, hostname } });

const newState = (): MemoryState => new MemoryState({ clock, random, types: { find: () => Member } });
let state: MemoryState;

beforeEach(() => {
  state = newState();
});

describe('updateWithConflicts', () => {
  test('tries again on what somebody else wrote meanwhile', async () => {
    await state.create(member('a'));
    const seen: number[] = [];
    const racing: Pick<State, 'get' | 'update'> = {
      get: (given) => state.get(given),
      update: async (given, options) => {
        if (seen.length < 3) await state.update(await state.get(pointer));
        return state.update(given, options);
      },
    };
    const result = await updateWithConflicts<MemberSpec>(racing, pointer, (current) => {
      seen.push(current.metadata.version);
      return named('new')(current);
    });
    expect(seen).toEqual([1, 2, 3]);
    expect(result).toMatchObject({ metadata: { version: 4 }, spec: { hostname: 'new' } });
  });

  test('writes nothing that changes nothing, and then asks for no owner', async () => {
    const stored = await state.create(member('a'), { owner: 'other' });
    expect(await updateWithConflicts(state, pointer, (current) => current)).toBe(stored);
    await expect(updateWithConflicts(state, pointer, named('x') as never)).rejects.toThrow(OwnerConflictError);
  });

  test('defect 1: a phase that it refuses itself is a conflict like any other, and says of what', async () => {
    await state.create(member('a'));
    await state.teardown(pointer);
    const refused = await updateWithConflicts(state, pointer, (current) => current).catch((thrown: unknown) => thrown);
    expect(refused).toBeInstanceOf(PhaseConflictError);
    expect(refused).toBeInstanceOf(ConflictError);
    expect((refused as PhaseConflictError).pointer).toMatchObject(pointer);
  });

  test('defect 2: a version conflict says of what', async () => {
    const stored = await state.create(member('a'));
    await state.update(stored);
    const refused = await state.update(stored).catch((thrown: unknown) => thrown);
    expect(refused).toBeInstanceOf(VersionConflictError);
    expect((refused as VersionConflictError).pointer).toMatchObject(pointer);
  });

  test('does not try for ever what names another version', async () => {
    await state.create(member('a'));
    await expect(updateWithConflicts(state, pointer, () => member('a', 'x'))).rejects.toThrow(VersionConflictError);
  });
});

describe('modify', () => {
  test('creates what is not there, and changes what is', async () => {
    await modify(state, member('a'), named('one'), { owner: 'me' });
    const two = await modifyWithResult(state, member('a'), named('two'), { owner: 'me' });
    expect(two).toMatchObject({ metadata: { version: 2, owner: 'me' }, spec: { hostname: 'two' } });
  });

  test('changes what somebody else created meanwhile', async () => {
    let isFirst = true;
    const racing: Pick<State, 'get' | 'update' | 'create'> = {
      get: (given) => state.get(given),
      update: (given, options) => state.update(given, options),
      create: async (given, options) => {
        if (isFirst) await state.create(member('a'));
        isFirst = false;
        return state.create(given, options);
      },
    };
    expect((await modifyWithResult(racing, member('a'), named('x'))).metadata.version).toBe(2);
  });

  test('typed: with a draft, of a copy', async () => {
    const members = collection(state, Member);
    const { spec } = member('a');
    for (const hostname of ['one', 'two', 'two']) {
      await members.modifyWithResult('a', spec, (draft) => void (draft.hostname = hostname));
    }
    expect(await members.get('a')).toMatchObject({ metadata: { version: 2 }, spec: { hostname: 'two' } });
    expect(spec.hostname).toBe('');
  });
});

test('finalizers are added and removed whoever owns the resource, once', async () => {
  await state.create(member('a'), { owner: 'me' });
  await state.teardown(pointer, { owner: 'me' });
  await addFinalizers(state, pointer, ['f', 'g', 'f']);
  await addFinalizers(state, pointer, ['g']);
  expect((await state.get(pointer)).metadata).toMatchObject({ finalizers: ['f', 'g'], version: 3 });
  await removeFinalizers(state, pointer, ['f', 'h']);
  await removeFinalizers(state, pointer, ['f']);
  expect((await state.get(pointer)).metadata).toMatchObject({ finalizers: ['g'], version: 4 });
});

describe('watchFor', () => {
  test('defect 3: waits for a phase, which a resource that is not there does not have', async () => {
    const running = watchFor(state, pointer, { phases: ['running'] });
    let isOver = false;
    void running.then(() => (isOver = true));
    await turn();
    expect(isOver).toBe(false);
    await state.create(member('a'));
    expect((await running).metadata.version).toBe(1);
  });

  test('defect 3: asks its condition only about what is there', async () => {
    const found = watchFor(state, pointer, { condition: ({ spec }) => (spec as MemberSpec).hostname === 'b' });
    await turn();
    const stored = await state.create(member('a'));
    await state.update(named('b')(stored as Resource<MemberSpec>));
    expect((await found).metadata.version).toBe(2);
  });

  test('for destruction is met by what is not there', async () => {
    expect(isTombstone(await watchFor(state, pointer, { types: ['destroyed'] }))).toBe(true);
    expect(isTombstone(await watchFor(state, pointer))).toBe(true);
  });

  test('for no finalizers is not met by a destruction', async () => {
    await state.create(member('a', '', { finalizers: ['f'] }));
    const free = watchFor(state, pointer, { finalizersEmpty: true });
    await turn();
    await removeFinalizers(state, pointer, ['f']);
    expect((await free).metadata.version).toBe(2);
  });

  test('defect 3: ends with the watch that fails under it', async () => {
    const error = new WatchOverrunError('too slow');
    const failing = {
      watch: async () =>
        watchOf(
          async () => [{ type: 'errored' as const, error }],
          () => {},
        ),
    };
    for (const conditions of [{}, { phases: ['running'] as const }, { types: ['destroyed'] as const }]) {
      await expect(watchFor(failing, pointer, conditions)).rejects.toBe(error);
    }
  });

  test('ends with the signal, or a condition that throws', async () => {
    const controller = new AbortController();
    const never = watchFor(state, pointer, { phases: ['running'] }, { signal: controller.signal });
    await turn();
    controller.abort(new Error('enough'));
    await expect(never).rejects.toThrow('enough');
    const late = new AbortController();
    const refusing = {
      watch: async (): Promise<never> => {
        late.abort(new Error('while it is opened'));
        throw new Error('the call was aborted');
      },
    };
    await expect(watchFor(refusing, pointer, {}, { signal: late.signal })).rejects.toThrow('while it is opened');
    await state.create(member('a'));
    const throwing = (): never => {
      throw new Error('no idea');
    };
    await expect(watchFor(state, pointer, { condition: throwing })).rejects.toThrow('no idea');
  });
});

describe('a teardown signal', () => {
  test('aborts when the resource is torn down', async () => {
    await state.create(member('a'));
    using torn = await teardownSignal(state, pointer);
    await turn();
    expect(torn.signal.aborted).toBe(false);
    await state.teardown(pointer);
    await turn();
    expect(torn.signal.reason).toBeInstanceOf(TornDownError);
  });

  test('aborts at once for what is not there, and with its parent', async () => {
    using gone = await teardownSignal(state, pointer);
    await turn();
    expect(gone.signal.aborted).toBe(true);
    await state.create(member('a'));
    const parent = new AbortController();
    using child = await teardownSignal(state, pointer, { signal: parent.signal });
    parent.abort(new Error('all over'));
    await turn();
    expect((child.signal.reason as Error).message).toBe('all over');
  });

  test('is quiet once it is disposed of', async () => {
    await state.create(member('a'));
    const torn = await teardownSignal(state, pointer);
    torn[Symbol.dispose]();
    await state.teardown(pointer);
    await turn();
    expect(torn.signal.aborted).toBe(false);
  });
});

test('an owned state writes as its owner, unless it is told otherwise', async () => {
  const mine = ownedState(state, 'me');
  const other = ownedState(state, 'other');
  const stored = await mine.create(member('a'));
  expect(stored.metadata.owner).toBe('me');
  await expect(other.update(stored)).rejects.toThrow(OwnerConflictError);
  await expect(other.teardown(pointer)).rejects.toThrow(OwnerConflictError);
  await expect(other.destroy(pointer)).rejects.toThrow(OwnerConflictError);
  await other.addFinalizers(pointer, ['f']);
  await other.removeFinalizers(pointer, ['f']);
  expect(await other.teardown(pointer, { owner: 'me' })).toBe(true);
  await other.destroy(pointer, { owner: 'me' });
  expect((await mine.modifyWithResult(member('b'), named('b'), { owner: '' })).metadata.owner).toBe('');
  expect((await mine.modifyWithResult(member('c'), named('c'))).metadata.owner).toBe('me');
});

describe('a state of namespaces', () => {
  test('builds each when it is first used, and again if that failed', async () => {
    const built: string[] = [];
    const whole = namespacedState((namespace) => {
      built.push(namespace);
      if (built.length === 1) throw new Error('not yet');
      return newState();
    });
    await expect(whole.list(Member)).rejects.toThrow('not yet');
    await whole.create(member('a'));
    await whole.create(Member.in('other').create('a', member('a').spec));
    await expect(whole.create(member('a'))).rejects.toThrow(AlreadyExistsError);
    expect(built).toEqual(['cluster', 'cluster', 'other']);
    expect(await whole.list(Member.in('other'))).toHaveLength(1);
    expect(whole.changes?.(Member).pull()?.changed).toHaveLength(1);
  });

  test('refuses a transaction over two of them', async () => {
    const whole = namespacedState(newState);
    const elsewhere = Member.in('other').create('b', member('b').spec);
    const create = (resource: Resource) => ({ do: 'create', resource }) as const;
    await expect(whole.transact?.([create(member('a')), create(elsewhere)])).rejects.toThrow('never spans two stores');
    await whole.transact?.([create(member('a')), create(member('b'))]);
    expect(await whole.list(Member)).toHaveLength(2);
  });
});
