import type { MemberSpec, Resource } from '@cosi-ts/resources';
import type { MemoryState, Watch } from '@cosi-ts/runtime';
import { begin, collected, median, type Sample } from '../clock.ts';
import { Members, filled, idOf, renamed } from './member.ts';

/** Median time from before an update until the last of the watches has its event. */
export function latency(watches: number): () => Promise<Sample> {
  return async () => {
    const { state, stored } = await filled(1);
    const rounds = Math.max(50, Math.min(5_000, 200_000 / watches));
    let missing = 0;
    let done = (): void => {};
    const open = await readers(state, watches, (events) => {
      missing -= events;
      if (missing === 0) done();
    });
    const times: Sample[] = [];
    let current = stored[0]!;
    for (let n = 0; n < rounds; n += 1) {
      missing = watches;
      const all = new Promise<void>((resolve) => (done = resolve));
      const clock = begin();
      current = (await state.update(renamed(current, idOf(n)))) as Resource<MemberSpec>;
      await all;
      times.push(clock.perOp(1));
    }
    await closeAll(open);
    return median(times);
  };
}

/** How many events the updater may be ahead of the slowest watch. */
const AHEAD = 50;

/** Time per event and watch. */
export function deliveries(watches: number): () => Promise<Sample> {
  return async () => {
    const { state, stored } = await filled(1);
    const updates = Math.max(200, Math.min(100_000, 2_000_000 / watches));
    /** How many watches took the event of update n. */
    const taken = new Uint32Array(updates);
    const progress = { slowest: 0 };
    let proceed = (): void => {};
    let finish = (): void => {};
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const open = await readers(state, watches, (events, from) => {
      for (let n = from; n < from + events; n += 1) taken[n]! += 1;
      if (taken[progress.slowest] !== watches) return;
      while (taken[progress.slowest] === watches) progress.slowest += 1;
      if (progress.slowest === updates) finish();
      else proceed();
    });
    let current = stored[0]!;
    const clock = begin();
    for (let n = 0; n < updates; n += 1) {
      while (n - progress.slowest >= AHEAD) await new Promise<void>((resolve) => (proceed = resolve));
      current = (await state.update(renamed(current, idOf(n)))) as Resource<MemberSpec>;
    }
    await finished;
    const sample = clock.perOp(updates * watches);
    await closeAll(open);
    return sample;
  };
}

/** Opens kind watches with a reader each, which is told how many events it took and how many it had before. */
async function readers(
  state: MemoryState,
  count: number,
  took: (events: number, before: number) => void,
): Promise<Watch[]> {
  const watches: Watch[] = [];
  for (let n = 0; n < count; n += 1) {
    const watch = await state.watchKind(Members);
    watches.push(watch);
    void read(watch, took);
  }
  return watches;
}

async function read(watch: Watch, took: (events: number, before: number) => void): Promise<void> {
  let seen = 0;
  for (let batch = await watch.next(); batch !== undefined; batch = await watch.next()) {
    let events = 0;
    for (const event of batch) {
      if (event.type !== 'updated') throw new Error(`unexpected event: ${event.type}`);
      events += 1;
    }
    took(events, seen);
    seen += events;
  }
}

async function closeAll(watches: readonly Watch[]): Promise<void> {
  for (const watch of watches) watch.close();
  await new Promise((resolve) => setImmediate(resolve));
}

/** A kind watch with its contents, until it says that these are all. */
export async function bootstrap(): Promise<Sample> {
  const count = 100_000;
  const { state } = await filled(count);
  await state.list(Members);
  await collected();
  const clock = begin();
  const watch = await state.watchKind(Members, { bootstrapContents: true });
  let seen = 0;
  for (let isOver = false; !isOver;) {
    for (const event of (await watch.next()) ?? []) {
      if (event.type === 'created') seen += 1;
      else isOver = true;
    }
  }
  const sample = clock.perOp(count);
  watch.close();
  if (seen !== count) throw new Error(`${seen} events`);
  return sample;
}
