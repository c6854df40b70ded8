import { realHost, silentLogger, type Logger } from '@cosi-ts/core';
import { Member, type MemberSpec } from '@cosi-ts/resources';
import { map, take, toArray, lastValueFrom, mergeMap } from 'rxjs';
import { beforeEach, expect, test } from 'vitest';
import { MemoryState } from '../memory-state.ts';
import { InvalidWatchOptionsError, WatchOverrunError } from '../errors.ts';
import type { WatchEvent } from '../watch.ts';
import { watch$, watchKind$ } from './observable.ts';

const { clock, random } = realHost();
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const spec = (): MemberSpec => ({
  nodeId: '',
  addresses: [],
  hostname: '',
  machineType: 'worker',
  operatingSystem: '',
});
let state: MemoryState;
let reported: unknown[];
let log: Logger;

beforeEach(() => {
  state = new MemoryState({ clock, random, types: { find: () => Member } });
  reported = [];
  log = { ...silentLogger, error: (_message, fields) => void reported.push(fields?.['error']) };
});

const create = async (...ids: string[]): Promise<void> => {
  for (const id of ids) await state.create(Member.create(id, spec()));
};

test('gives batches to whoever subscribes, each a watch of its own', async () => {
  await create('a');
  const ids = watchKind$(state, Member, { bootstrapContents: true, log }).pipe(
    mergeMap((batch) => batch),
    map((event) => (event.type === 'errored' ? '' : `${event.type} ${event.resource.metadata.id}`)),
    take(3),
    toArray(),
  );
  const both = Promise.all([lastValueFrom(ids), lastValueFrom(ids)]);
  await turn();
  await create('b');
  const expected = ['created a', 'bootstrapped ', 'created b'];
  expect(await both).toEqual([expected, expected]);
});

test('a subscriber that throws loses its subscription, and nobody else notices', async () => {
  const seen: number[] = [];
  const batches = watchKind$(state, Member, { log });
  const throws = (): never => {
    throw new Error('not mine');
  };
  const bare = batches.subscribe(throws);
  const piped = batches.pipe(map((batch) => batch.length)).subscribe({ next: throws });
  batches.subscribe((batch) => void seen.push(batch.length));
  await turn();
  await create('a', 'b');
  await turn();
  expect([bare.closed, piped.closed]).toEqual([true, true]);
  expect(reported).toEqual(['not mine', 'not mine']);
  expect(seen.reduce((sum, length) => sum + length, 0)).toBe(2);
});

test('an error that nobody handles is reported, one that somebody handles is not', async () => {
  const handled: unknown[] = [];
  const wrong = watchKind$(state, Member, { bootstrapContents: true, tailEvents: 1, log });
  wrong.subscribe();
  wrong.subscribe({ error: (thrown: unknown) => handled.push(thrown) });
  await turn();
  expect(reported).toHaveLength(1);
  expect(handled[0]).toBeInstanceOf(InvalidWatchOptionsError);
});

test('keeps no queue: a subscriber that is too slow for the history is told so', async () => {
  let release = (): void => {};
  const pace = { yield: () => new Promise<void>((resolve) => (release = resolve)) };
  const seen: number[] = [];
  let error: unknown;
  const watched = watchKind$(state, Member, { bootstrapContents: true, pace, log });
  watched.subscribe({ next: (batch) => void seen.push(batch.length), error: (thrown: unknown) => (error = thrown) });
  await turn();
  for (let n = 0; n < 200; n += 1) await create(`m${n}`);
  expect(seen).toEqual([1]);
  release();
  await turn();
  expect(error).toBeInstanceOf(WatchOverrunError);
});

test('a slow subscriber of one resource loses nothing by what happens to others', async () => {
  let release = (): void => {};
  const pace = { yield: () => new Promise<void>((resolve) => (release = resolve)) };
  const seen: string[] = [];
  const next = (batch: readonly WatchEvent[]): void => void seen.push(...batch.map(({ type }) => type));
  watch$(state, Member.pointer('x'), { pace, log }).subscribe({ next });
  await turn();
  for (let n = 0; n < 200; n += 1) await create(`m${n}`);
  await create('x');
  release();
  await turn();
  expect(seen).toEqual(['destroyed', 'created']);
});

test('ends with its signal, and its watch with the subscription', async () => {
  const controller = new AbortController();
  let isComplete = false;
  watchKind$(state, Member, { signal: controller.signal, log }).subscribe({ complete: () => (isComplete = true) });
  const subscription = watchKind$(state, Member, { log }).subscribe();
  await turn();
  controller.abort();
  subscription.unsubscribe();
  await turn();
  expect(isComplete).toBe(true);
  expect(subscription.closed).toBe(true);
});
