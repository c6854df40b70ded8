import { setImmediate as turn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { spawn } from 'node:child_process';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { parseTimestamp } from '../../time/timestamp.ts';
import { silentLogger } from '../logger.ts';
import { realClock } from './clock.ts';
import { realPace } from './pace.ts';
import { realHost } from './real-host.ts';
import { realTimers } from './timers.ts';

afterEach(() => {
  vi.useRealTimers();
});

describe('the clock', () => {
  test('reads the wall clock as canonical text, one text a millisecond', () => {
    vi.useFakeTimers({ now: Date.UTC(2022, 9, 12, 12, 0, 0, 5) });
    const clock = realClock();
    const first = clock.now();
    expect(first).toBe('2022-10-12T12:00:00.005Z');
    expect(clock.now()).toBe(first);
    vi.setSystemTime(Date.UTC(2022, 9, 12, 12, 0, 0, 6));
    expect(clock.now()).toBe('2022-10-12T12:00:00.006Z');
    // The wall clock may go back.
    vi.setSystemTime(Date.UTC(2022, 9, 12, 12, 0, 0, 5));
    expect(clock.now()).toBe(first);
    expect(clock.millis()).toBe(Date.UTC(2022, 9, 12, 12, 0, 0, 5));
  });

  test('has a monotonic side that does not follow it', () => {
    const { clock } = realHost();
    const before = clock.monotonic();
    vi.useFakeTimers({ now: 0, toFake: ['Date'] });
    expect(clock.monotonic()).toBeGreaterThanOrEqual(before);
    expect(parseTimestamp(clock.now())).toBe('1970-01-01T00:00:00Z');
  });
});

describe('timers', () => {
  test('fire once, not before their time, and not when cancelled', () => {
    vi.useFakeTimers();
    const fired: string[] = [];
    realTimers.after(10, () => fired.push('ten'));
    realTimers.after(5, () => fired.push('five')).cancel();
    vi.advanceTimersByTime(9);
    expect(fired).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(fired).toEqual(['ten']);
  });

  test('may be longer than the system can count', () => {
    vi.useFakeTimers();
    const fired: string[] = [];
    const year = 365 * 86_400_000;
    realTimers.after(year, () => fired.push('year'));
    const cancelled = realTimers.after(year, () => fired.push('cancelled'));
    vi.advanceTimersByTime(year / 2);
    cancelled.cancel();
    vi.advanceTimersByTime(year / 2 - 1);
    expect(fired).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(fired).toEqual(['year']);
  });

  test('in the background do not keep the process alive', async () => {
    const file = fileURLToPath(new URL('timers.ts', import.meta.url));
    const program = `
      import { realTimers } from ${JSON.stringify(file)};
      realTimers.after(1e9, () => undefined, { background: true });
      realTimers.after(1, () => console.log('fired'));
    `;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program]);
    const output: string[] = [];
    child.stdout.on('data', (data) => output.push(String(data)));
    const [code] = await new Promise<unknown[]>((resolve) => child.once('close', (...result) => resolve(result)));
    expect(code).toBe(0);
    expect(output.join('')).toBe('fired\n');
  });
});

describe('randomness', () => {
  const { random } = realHost();

  test('gives as many fresh bytes as asked for', () => {
    expect(random.bytes(0)).toEqual(new Uint8Array(0));
    expect(random.bytes(32)).toHaveLength(32);
    expect(random.bytes(32)).not.toEqual(random.bytes(32));
  });

  test('gives numbers all over [0, 1)', () => {
    const numbers = Array.from({ length: 1000 }, () => random.uniform());
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers)).toBeLessThan(1);
    expect(new Set(numbers.map((number) => Math.floor(number * 10))).size).toBe(10);
  });
});

describe('pace', () => {
  test('tells who ran on for long, and not who waited or never asks', async () => {
    let now = 0;
    const time = vi.spyOn(performance, 'now').mockImplementation(() => now);
    onTestFinished(() => time.mockRestore());
    const told: unknown[] = [];
    const pace = realPace(({ name, task }, millis, others) => {
      told.push([name, task, millis, ...others.map((other) => other.name)]);
    });
    const [slow, quick] = ['slow', 'quick'].map((name) => ({ name, task: `of ${name}` }));
    void pace.yield(slow);
    now = 40;
    const waited = pace.yield(quick);
    now = 200;
    void pace.yield(slow);
    now = 300;
    void pace.yield();
    expect(told).toEqual([['slow', 'of slow', 160, 'quick']]);
    // The loop turns: nobody can be blamed for the time that it took.
    await waited;
    now = 1000;
    void pace.yield(quick);
    expect(told).toHaveLength(2);
    await turn();
    await turn();
    now = 2000;
    void pace.yield(quick);
    expect(told).toHaveLength(2);
  });

  test('lets work go on for a slice, then makes it wait for a turn of the loop', async () => {
    const pace = realPace();
    const events: string[] = [];
    setImmediate(() => events.push('loop'));
    expect(pace.yield()).toBeUndefined();
    const start = performance.now();
    let wait: Promise<void> | undefined;
    while (wait === undefined) wait = pace.yield();
    expect(performance.now() - start).toBeGreaterThanOrEqual(1.5);
    expect(performance.now() - start).toBeLessThan(100);
    await wait;
    events.push('work');
    expect(events).toEqual(['loop', 'work']);
    expect(pace.yield()).toBeUndefined();
  });

  test('a slice ends when the loop turned by itself', async () => {
    const pace = realPace();
    for (let index = 0; index < 20; index += 1) {
      expect(pace.yield()).toBeUndefined();
      const start = performance.now();
      while (performance.now() - start < 1);
      await turn();
    }
  });

  test('a turn of the loop holds no more than a slice, however many wait', async () => {
    const pace = realPace();
    let turns = 0;
    let isDone = false;
    const count = (): void => {
      turns += 1;
      if (!isDone) setImmediate(count);
    };
    const work = async (): Promise<void> => {
      await pace.yield();
      const start = performance.now();
      while (performance.now() - start < 1);
    };
    while (pace.yield() === undefined);
    setImmediate(count);
    await Promise.all(Array.from({ length: 60 }, work));
    isDone = true;
    expect(turns).toBeGreaterThanOrEqual(8);
  });

  test('is shared fairly: who asked first goes on first', async () => {
    const pace = realPace();
    const begun: string[] = [];
    let slices = 0;
    const work = async (name: string): Promise<void> => {
      let last = -1;
      while (slices < 12) {
        const wait = pace.yield();
        if (wait !== undefined) {
          await wait;
          continue;
        }
        // Only who begins a slice gets anything done in it.
        if (last !== slices) begun.push(name);
        last = slices;
        const start = performance.now();
        while (performance.now() - start < 6);
        slices += 1;
      }
    };
    await Promise.all([work('a'), work('b'), work('c')]);
    const counts = ['a', 'b', 'c'].map((name) => begun.filter((other) => other === name).length);
    // The first one begins at once, and asks again before the others have asked at all.
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2);
  });
});

test('the host says nothing unless it is given a logger', () => {
  expect(realHost().log).toBe(silentLogger);
  const log = { ...silentLogger };
  expect(realHost({ log }).log).toBe(log);
});

test('importing the package loads neither gRPC nor SQLite', async () => {
  const index = new URL('../../index.ts', import.meta.url).href;
  const program = `
    import ${JSON.stringify(index)};
    import { createRequire } from 'node:module';
    const grpc = Object.keys(createRequire(${JSON.stringify(index)}).cache).filter((file) => file.includes('grpc-js'));
    console.log(JSON.stringify([grpc, process.moduleLoadList.includes('NativeModule sqlite')]));
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program]);
  const output: string[] = [];
  child.stdout.on('data', (data) => output.push(String(data)));
  await new Promise((resolve) => child.once('close', resolve));
  expect(JSON.parse(output.join(''))).toEqual([[], false]);
});
