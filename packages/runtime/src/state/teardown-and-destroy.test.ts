import { realHost } from '@cosi-ts/core';
import { Member, type MemberSpec, type Resource } from '@cosi-ts/resources';
import { beforeEach, expect, test } from 'vitest';
import { NotFoundError, OwnerConflictError, VersionConflictError } from './errors.ts';
import { MemoryState } from './memory-state.ts';
import type { State } from './state.ts';
import { teardownAndDestroy } from './teardown-and-destroy.ts';
import { teardownByUpdate } from './teardown-by-update.ts';

const host = realHost();
const spec: MemberSpec = { nodeId: '', addresses: [], hostname: '', machineType: 'worker', operatingSystem: '' };
const pointer = Member.pointer('a');
let state: MemoryState;

beforeEach(() => {
  state = new MemoryState({ clock: host.clock, random: host.random, types: { find: () => Member } });
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const finalized = (resource: Resource, ...finalizers: string[]): Resource => ({
  metadata: { ...resource.metadata, finalizers },
  spec: resource.spec,
});

test('what nobody holds goes at once', async () => {
  await state.create(Member.create('a', spec));
  await teardownAndDestroy(state, pointer);
  await expect(state.get(pointer)).rejects.toThrow(NotFoundError);
});

test('what is held goes when the last one lets go', async () => {
  await state.create(Member.create('a', spec, { finalizers: ['f', 'g'] }));
  let isOver = false;
  const whole = teardownAndDestroy(state, pointer).then(() => (isOver = true));
  await turn();
  const leaving = await state.get(pointer);
  expect(leaving.metadata.phase).toBe('tearingDown');
  const later = await state.update(finalized(leaving, 'g'), { expectedPhase: 'any' });
  await turn();
  expect(isOver).toBe(false);
  await state.update(finalized(later), { expectedPhase: 'any' });
  await whole;
  await expect(state.get(pointer)).rejects.toThrow(NotFoundError);
});

test('that somebody else destroys it is success', async () => {
  await state.create(Member.create('a', spec, { finalizers: ['f'] }));
  const whole = teardownAndDestroy(state, pointer);
  await turn();
  const leaving = await state.get(pointer);
  // At one go, before the one that waits can wake.
  await Promise.all([
    state.update(finalized(leaving), { expectedPhase: 'any' }),
    state.destroy(pointer),
    state.create(Member.create('a', spec)),
  ]);
  await whole;
  expect((await state.get(pointer)).metadata.phase).toBe('running');
});

test('somebody who takes hold of it in the last moment is waited for', async () => {
  await state.create(Member.create('a', spec));
  const racing: State = {
    get: (given) => state.get(given),
    list: (kind) => state.list(kind),
    create: (resource) => state.create(resource),
    update: (resource) => state.update(resource),
    destroy: (given) => state.destroy(given),
    watch: (given, options) => state.watch(given, options),
    watchKind: (kind, options) => state.watchKind(kind, options),
    teardown: async (given) => {
      const isFree = await state.teardown(given);
      await state.update(finalized(await state.get(given), 'late'), { expectedPhase: 'any' });
      return isFree;
    },
  };
  const whole = teardownAndDestroy(racing, pointer);
  await turn();
  await state.update(finalized(await state.get(pointer)), { expectedPhase: 'any' });
  await whole;
  await expect(state.get(pointer)).rejects.toThrow(NotFoundError);
});

test('a wait ends with its signal', async () => {
  await state.create(Member.create('a', spec, { finalizers: ['f'] }));
  const controller = new AbortController();
  const whole = teardownAndDestroy(state, pointer, { signal: controller.signal });
  await turn();
  controller.abort(new Error('enough'));
  await expect(whole).rejects.toThrow('enough');
});

test('nothing, and what others own, is refused', async () => {
  await expect(teardownAndDestroy(state, pointer)).rejects.toThrow(NotFoundError);
  await state.create(Member.create('a', spec), { owner: 'me' });
  await expect(teardownAndDestroy(state, pointer)).rejects.toThrow(OwnerConflictError);
});

test('a teardown by update tries again on fresh data', async () => {
  await state.create(Member.create('a', spec, { finalizers: ['f'] }));
  let conflicts = 2;
  const slow: Pick<State, 'get' | 'update'> = {
    get: (given) => state.get(given),
    update: (given, options) =>
      (conflicts -= 1) < 0
        ? state.update(given, options)
        : Promise.reject(new VersionConflictError(given.metadata, given.metadata.version)),
  };
  expect(await teardownByUpdate(slow, pointer)).toBe(false);
  expect((await state.get(pointer)).metadata.phase).toBe('tearingDown');
  expect(await teardownByUpdate(slow, pointer)).toBe(false);
});
