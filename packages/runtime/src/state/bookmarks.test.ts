import { Bytes, realHost } from '@cosi-ts/core';
import { Member, type MemberSpec } from '@cosi-ts/resources';
import { beforeEach, describe, expect, test } from 'vitest';
import { InvalidBookmarkError } from './errors.ts';
import { MemoryState } from './memory-state.ts';
import type { Watch } from './watch.ts';

const { clock, random } = realHost();
const other = Member.in('other');
const spec = (): MemberSpec => ({
  nodeId: '',
  addresses: [],
  hostname: '',
  machineType: 'worker',
  operatingSystem: '',
});
const newState = (): MemoryState => new MemoryState({ clock, random, types: { find: () => Member } });
let state: MemoryState;

beforeEach(() => {
  state = newState();
});

/** The bookmark of the last event of the next batch. */
async function bookmark(watch: Watch): Promise<Bytes> {
  const event = (await watch.next())?.at(-1);
  if (event === undefined || event.type === 'errored' || event.bookmark === undefined) throw new Error('no bookmark');
  return event.bookmark;
}

const create = async (...ids: string[]): Promise<void> => {
  for (const id of ids) await state.create(Member.create(id, spec()));
};

describe('a bookmark', () => {
  test('defect 8: comes with the state that a watch of one resource begins with, there or not', async () => {
    for (const before of [[], ['x']]) {
      await create(...before);
      const from = await bookmark(await state.watch(Member.pointer('x')));
      const watch = await state.watch(Member.pointer('x'), { from });
      if (before.length === 0) await create('x');
      else await state.teardown(Member.pointer('x'));
      expect(await watch.next()).toMatchObject([{ type: before.length === 0 ? 'created' : 'updated' }]);
      if (before.length === 0) await state.destroy(Member.pointer('x'));
    }
  });

  test('defect 9: is of its kind and its state', async () => {
    await create('x');
    await state.create(other.create('x', spec()));
    const from = await bookmark(await state.watchKind(Member, { bootstrapContents: true }));
    await state.watchKind(Member, { from });
    await expect(state.watchKind(other, { from })).rejects.toThrow(InvalidBookmarkError);
    // One with the same history.
    const twin = newState();
    for (const type of [Member, other]) await twin.create(type.create('x', spec()));
    await expect(twin.watchKind(Member, { from })).rejects.toThrow(InvalidBookmarkError);
  });

  test('that says where a tail begins goes on there', async () => {
    await create('a', 'b', 'c');
    const from = await bookmark(await state.watchKind(Member, { tailEvents: 2, bootstrapBookmark: true }));
    const watch = await state.watchKind(Member, { from });
    expect((await watch.next())?.map((event) => event.type !== 'errored' && event.resource.metadata.id)).toEqual([
      'b',
      'c',
    ]);
  });

  test.each([0, 1, 16, 31, 33])('of %i bytes is none', async (length) => {
    await expect(state.watchKind(Member, { from: Bytes.from(new Uint8Array(length)) })).rejects.toThrow(
      InvalidBookmarkError,
    );
  });
});

describe('a watch', () => {
  test('is pulled by one reader at a time', async () => {
    const watch = await state.watchKind(Member);
    const first = watch.next();
    await expect(watch.next()).rejects.toThrow(TypeError);
    await create('a');
    expect(await first).toHaveLength(1);
  });

  test('that is closed, or whose signal is aborted, ends its pending pull', async () => {
    const controller = new AbortController();
    const watches = [await state.watchKind(Member), await state.watchKind(Member, { signal: controller.signal })];
    const pulls = watches.map((watch) => watch.next());
    watches[0]?.close();
    controller.abort();
    expect(await Promise.all(pulls)).toEqual([undefined, undefined]);
    expect(await watches[1]?.next()).toBeUndefined();
    expect(await (await state.watchKind(Member, { signal: AbortSignal.abort() })).next()).toBeUndefined();
  });

  test('of a kind shares its events and batches with all others that keep up with it', async () => {
    const watches = [await state.watchKind(Member), await state.watchKind(Member)];
    await create('a');
    const [first, second] = await Promise.all(watches.map((watch) => watch.next()));
    expect(first).toBe(second);
    const filtered = await state.watch(Member.pointer('a'), { tailEvents: 1 });
    expect((await filtered.next())?.[0]).toBe(first?.[0]);
  });

  test('with its contents gives them in parts, and then what happened since it was opened', async () => {
    await create(...Array.from({ length: 2500 }, (_, n) => `m${String(n).padStart(4, '0')}`));
    const pace = { yield: () => new Promise<void>((resolve) => setImmediate(resolve)) };
    const paced = new MemoryState({ clock, random, types: { find: () => Member }, pace });
    for (const resource of await state.list(Member)) await paced.create(resource);
    const opening = paced.watchKind(Member, { bootstrapContents: true });
    // The contents are being put in order now: this comes into them or behind them, once.
    await paced.destroy(Member.pointer('m0000'));
    const watch = await opening;
    await paced.destroy(Member.pointer('m2499'));
    const alive = new Set<string>();
    const lengths: number[] = [];
    for await (const batch of watch) {
      lengths.push(batch.length);
      for (const event of batch) {
        if (event.type === 'created') alive.add(event.resource.metadata.id);
        if (event.type === 'destroyed') expect(alive.delete(event.resource.metadata.id)).toBe(true);
      }
      const last = batch.at(-1);
      if (last?.type === 'destroyed' && last.resource.metadata.id === 'm2499') break;
    }
    expect(Math.max(...lengths)).toBeLessThanOrEqual(1001);
    expect([...alive]).toEqual((await paced.list(Member)).map(({ metadata }) => metadata.id));
  });
});
