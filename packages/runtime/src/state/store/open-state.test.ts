import { realHost } from '@cosi-ts/core';
import { Member, type MemberSpec, type Resource } from '@cosi-ts/resources';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  InvalidBookmarkError,
  NotFoundError,
  StaleReadError,
  UnknownOutcomeError,
  VersionConflictError,
} from '../errors.ts';
import type { MemoryState } from '../memory-state.ts';
import type { WatchEvent } from '../watch.ts';
import { ManualStore } from './manual-store.fixture.ts';
import { openState } from './open-state.ts';

const { clock, random } = realHost();
const spec = (): MemberSpec => ({
  nodeId: '',
  addresses: [],
  hostname: '',
  machineType: 'worker',
  operatingSystem: '',
});
const member = (id: string): Resource => Member.create(id, spec());
const pointer = Member.pointer('a');
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const open = (store: ManualStore): Promise<MemoryState> =>
  openState({ clock, random, types: { find: () => Member }, store });

let store: ManualStore;
let state: MemoryState;

beforeEach(async () => {
  store = new ManualStore();
  state = await open(store);
});

describe('a load', () => {
  test('defect 27: that fails midway leaves nothing: what it gave is there once after the next, and is no event', async () => {
    await state.create(member('a'));
    await state.create(member('b'));
    store.failingLoads = 1;
    await expect(open(store)).rejects.toThrow('the disk is not there yet');
    const second = await open(store);
    expect((await second.list(Member)).map(({ metadata }) => metadata.id)).toEqual(['a', 'b']);
    const watch = await second.watchKind(Member, { tailEvents: 10 });
    await second.create(member('c'));
    expect((await watch.next())?.map((event) => event.type !== 'errored' && event.resource.metadata.id)).toEqual(['c']);
  });

  test('brings back everything as it was: versions, owners, times, and that no version is given twice', async () => {
    const first = await state.create(member('a'), { owner: 'me' });
    await state.update(first, { owner: 'me' });
    const b = await state.create(member('b'));
    await state.destroy(Member.pointer('a'), { owner: 'me' });
    const again = await open(store);
    expect(await again.list(Member)).toEqual([b]);
    expect(again.position).toBe(4);
    expect((await again.create(member('a'))).metadata.version).toBe(3);
  });

  test('keeps bookmarks: one of the end goes on, an older one is refused', async () => {
    const early = await state.watchKind(Member, { bootstrapBookmark: true });
    const [noop] = (await early.next()) as readonly WatchEvent[];
    await state.create(member('a'));
    const [created] = (await early.next()) as readonly WatchEvent[];
    const again = await open(store);
    const from = (event: WatchEvent | undefined) => (event?.type === 'errored' ? undefined : event?.bookmark);
    await expect(again.watchKind(Member, { from: from(noop) })).rejects.toThrow(InvalidBookmarkError);
    const watch = await again.watchKind(Member, { from: from(created) });
    await again.create(member('b'));
    expect(await watch.next()).toMatchObject([{ type: 'created', resource: { metadata: { id: 'b' } } }]);
  });
});

describe('a commit', () => {
  beforeEach(() => {
    store.isQuick = false;
  });

  test('is seen by nobody until the store says yes', async () => {
    const watch = await state.watchKind(Member);
    let seen: unknown;
    void watch.next().then((batch) => (seen = batch));
    const created = state.create(member('a'));
    await turn();
    await expect(state.get(pointer)).rejects.toThrow(NotFoundError);
    expect(await state.list(Member)).toEqual([]);
    expect(seen).toBeUndefined();
    store.yes();
    await created;
    await turn();
    expect(seen).toMatchObject([{ type: 'created' }]);
    expect((await state.get(pointer)).metadata.version).toBe(1);
  });

  test('of one id waits for those before it, and its refusal tells only what was kept', async () => {
    const created = state.create(member('a'));
    const stale = state.update({ ...member('a'), metadata: { ...member('a').metadata, version: 9 as never } });
    const gone = state.destroy(pointer);
    let refused: unknown;
    void stale.catch((thrown: unknown) => (refused = thrown));
    await turn();
    expect(store.asked).toHaveLength(1);
    expect(refused).toBeUndefined();
    store.yes();
    await created;
    await turn();
    expect(refused).toBeInstanceOf(VersionConflictError);
    store.yes();
    await gone;
  });

  test('that the store refuses changes nothing, and the next one is decided on what is there', async () => {
    const first = state.create(member('a'));
    const second = state.create(member('a'));
    await turn();
    store.no(new Error('disk full'));
    await expect(first).rejects.toThrow('disk full');
    await turn();
    store.yes();
    expect((await second).metadata.version).toBe(1);
  });

  test('is asked for while others are not answered, and published in order', async () => {
    const order: string[] = [];
    const all = ['a', 'b', 'c'].map((id) => state.create(member(id)).then(() => order.push(id)));
    await turn();
    expect(store.asked.map(({ commit }) => commit.position)).toEqual([1, 2, 3]);
    store.yes(2);
    await turn();
    expect(await state.list(Member)).toEqual([]);
    store.no(new Error('no'), 1);
    await expect(all[1]).rejects.toThrow('no');
    expect(await state.list(Member)).toEqual([]);
    store.yes();
    await Promise.all([all[0], all[2]]);
    expect(order).toEqual(['a', 'c']);
    expect((await state.list(Member)).map(({ metadata }) => metadata.id)).toEqual(['a', 'c']);
  });

  test('whose outcome is unknown stops the state', async () => {
    const watch = await state.watchKind(Member);
    const cursor = state.changes(Member);
    const [first, second, third] = ['a', 'b', 'a'].map((id) => state.create(member(id)));
    await turn();
    store.perhaps();
    store.yes();
    for (const write of [first, second, third]) await expect(write).rejects.toThrow(UnknownOutcomeError);
    await expect(state.get(pointer)).rejects.toThrow(UnknownOutcomeError);
    await expect(state.list(Member)).rejects.toThrow(UnknownOutcomeError);
    await expect(state.create(member('z'))).rejects.toThrow(UnknownOutcomeError);
    await expect(state.watchKind(Member)).rejects.toThrow(UnknownOutcomeError);
    expect(await watch.next()).toMatchObject([{ type: 'errored', error: { code: 'unknown-outcome' } }]);
    expect(await watch.next()).toBeUndefined();
    expect(() => cursor.pull()).toThrow(UnknownOutcomeError);
    expect(store.asked).toEqual([]);
  });

  test('that was begun is answered before the store is closed', async () => {
    const created = state.create(member('a'));
    const closed = state[Symbol.asyncDispose]();
    await turn();
    expect(store.isClosed).toBe(false);
    store.yes();
    await Promise.all([created, closed]);
    expect(store.isClosed).toBe(true);
  });

  test('is not begun once its signal is aborted', async () => {
    const first = state.create(member('a'));
    const controller = new AbortController();
    const second = state.destroy(pointer, { signal: controller.signal });
    controller.abort(new Error('enough'));
    await turn();
    store.yes();
    await first;
    await expect(second).rejects.toThrow('enough');
    expect(store.asked).toEqual([]);
  });

  test('holds all of a transaction, with the marks of what it ends', async () => {
    store.isQuick = true;
    await state.create(member('a'));
    store.isQuick = false;
    const whole = state.transact([
      { do: 'destroy', pointer },
      { do: 'create', resource: member('b') },
    ]);
    await turn();
    const [{ commit } = { commit: undefined }] = store.asked;
    expect(commit?.events.map(({ id, before, after }) => [id, before !== undefined, after !== undefined])).toEqual([
      ['a', true, false],
      ['b', false, true],
    ]);
    expect(commit?.destroyedMarks).toEqual([{ namespace: 'cluster', type: Member.type, version: 1 }]);
    store.yes();
    await whole;
  });

  test('decides a transaction on what is in flight before it, not on what can be seen', async () => {
    store.isQuick = true;
    const known = await state.create(member('a'));
    store.isQuick = false;
    const change = state.update(known);
    const unchanged = [{ pointer, resource: known }];
    const stale = state.transact([{ do: 'create', resource: member('b') }], { unchanged });
    const kind = state.transact([{ do: 'create', resource: member('c') }], {
      unchanged: [{ kind: pointer, resources: [known] }],
    });
    const elsewhere = state.transact([{ do: 'create', resource: member('d') }], {
      unchanged: [{ pointer: { ...pointer, id: 'x' }, resource: undefined }],
    });
    await turn();
    expect(store.asked).toHaveLength(2);
    store.yes();
    store.yes();
    await Promise.all([change, elsewhere]);
    await expect(stale).rejects.toThrow(StaleReadError);
    await expect(kind).rejects.toThrow(StaleReadError);
  });
});
