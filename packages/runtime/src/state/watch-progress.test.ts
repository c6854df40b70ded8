import { EPOCH, type Bytes } from '@cosi-ts/core';
import { Labels, Namespace } from '@cosi-ts/resources';
import { expect, test } from 'vitest';
import { MemoryState } from './memory-state.ts';
import { compileQuery } from './query/query.ts';

const query = compileQuery({ labels: [[{ key: 'mine', op: 'exists' }]] });
const history = { initialCapacity: 8, maxCapacity: 8, gap: 2 };
const clock = { now: () => EPOCH, millis: () => 0, monotonic: () => 0 };
const random = { bytes: (length: number) => new Uint8Array(length), uniform: () => 0 };

const newState = (): MemoryState => new MemoryState({ clock, random, types: { find: () => Namespace }, history });

test('a watch that selects nothing for long is given bookmarks that it can go on from', async () => {
  const state = newState();
  await using watch = await state.watchKind(Namespace, { query, bootstrapBookmark: true });
  let from: Bytes | undefined;
  const seen: string[] = [];
  const reading = (async () => {
    for await (const batch of watch) {
      for (const event of batch) {
        seen.push(event.type);
        if (event.type !== 'errored') from = event.bookmark;
      }
    }
  })();
  for (let index = 0; index < 50; index += 1) await state.create(Namespace.create(`${index}`, { description: '' }));
  expect(seen.length).toBeGreaterThan(5);
  expect(new Set(seen)).toEqual(new Set(['noop']));
  await using later = await state.watchKind(Namespace, { query, from });
  const mine = await state.create(Namespace.create('mine', { description: '' }, { labels: Labels.of({ mine: '' }) }));
  expect(await later.next()).toMatchObject([{ type: 'created', resource: mine }]);
  watch.close();
  await reading;
  expect(seen.at(-1)).toBe('created');
});

test('a watch that asked for no bookmark is not given any by itself', async () => {
  const state = newState();
  await using watch = await state.watchKind(Namespace, { query });
  for (let index = 0; index < 5; index += 1) await state.create(Namespace.create(`${index}`, { description: '' }));
  const mine = await state.create(Namespace.create('mine', { description: '' }, { labels: Labels.of({ mine: '' }) }));
  expect(await watch.next()).toMatchObject([{ type: 'created', resource: mine }]);
});
