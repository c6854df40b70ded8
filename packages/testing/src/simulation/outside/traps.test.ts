import { timestampFromMillis } from '@cosi-ts/core';
import * as nodeCrypto from 'node:crypto';
import { connect } from 'node:net';
import * as timers from 'node:timers';
import * as timersPromises from 'node:timers/promises';
import { promisify } from 'node:util';
import { Subject } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { simulate } from '../../index.ts';

const escapes: Readonly<Record<string, () => unknown>> = {
  'Date.now': () => Date.now(),
  'new Date()': () => new Date(),
  'Date()': () => Date(),
  setTimeout: () => setTimeout(() => undefined, 1),
  setInterval: () => setInterval(() => undefined, 1),
  setImmediate: () => setImmediate(() => undefined),
  MessageChannel: () => new MessageChannel(),
  'AbortSignal.timeout': () => AbortSignal.timeout(1),
  'Atomics.wait': () => Atomics.wait(shared(), 0, 0, 1),
  'Atomics.waitAsync': () => Atomics.waitAsync(shared(), 0, 0, 1),
  'node:timers.setTimeout': () => timers.setTimeout(() => undefined, 1),
  'node:timers.setInterval': () => timers.setInterval(() => undefined, 1),
  'node:timers.setImmediate': () => timers.setImmediate(() => undefined),
  'node:timers/promises.setTimeout': () => timersPromises.setTimeout(1),
  'node:timers/promises.setInterval': () => timersPromises.setInterval(1),
  'node:timers/promises.setImmediate': () => timersPromises.setImmediate(),
  'node:timers/promises.scheduler.wait': () => timersPromises.scheduler.wait(1),
  'node:timers/promises.scheduler.yield': () => timersPromises.scheduler.yield(),
  'performance.now': () => performance.now(),
  'performance.mark': () => performance.mark('here'),
  'process.hrtime': () => process.hrtime(),
  'process.hrtime.bigint': () => process.hrtime.bigint(),
  'process.uptime': () => process.uptime(),
  'process.cpuUsage': () => process.cpuUsage(),
  'Math.random': () => Math.random(),
  'crypto.getRandomValues': () => crypto.getRandomValues(new Uint8Array(1)),
  'crypto.randomUUID': () => crypto.randomUUID(),
  'crypto.subtle.generateKey': () => crypto.subtle.generateKey('Ed25519', false, ['sign']),
  'node:crypto.randomUUID': () => nodeCrypto.randomUUID(),
  'node:crypto.randomBytes': () => nodeCrypto.randomBytes(1),
  'node:crypto.randomInt': () => nodeCrypto.randomInt(2),
  'node:crypto.randomFill': () => nodeCrypto.randomFill(new Uint8Array(1), () => undefined),
  'node:crypto.randomFillSync': () => nodeCrypto.randomFillSync(new Uint8Array(1)),
  'node:crypto.generateKey': () => nodeCrypto.generateKey('hmac', { length: 64 }, () => undefined),
  'node:crypto.generateKeySync': () => nodeCrypto.generateKeySync('hmac', { length: 64 }),
  'node:crypto.generateKeyPair': () => nodeCrypto.generateKeyPair('x25519', {}, () => undefined),
  'node:crypto.generateKeyPairSync': () => nodeCrypto.generateKeyPairSync('x25519'),
  fetch: () => fetch('http://localhost'),
  WebSocket: () => new WebSocket('ws://localhost'),
  'net.Socket.connect': () => connect(1),
};

const shared = (): Int32Array => new Int32Array(new SharedArrayBuffer(4));

describe('while a simulation runs', () => {
  test.each(Object.entries(escapes))('%s throws, and names its caller', async (name, reach) => {
    const running = simulate({}, async (sim) => {
      sim.node('a').host.timers.after(1, () => void reach());
      await sim.settle();
    });
    await expect(running).rejects.toThrow(`called ${name} in a simulation`);
    await expect(running).rejects.toThrow('traps.test.ts');
  });

  test('whoever catches it does not hide it', async () => {
    const running = simulate({}, async () => {
      try {
        Math.random();
      } catch {
        // A library with a fallback.
      }
    });
    await expect(running).rejects.toThrow('called Math.random in a simulation');
  });

  test('what settles within a turn goes on: microtasks, and ticks', async () => {
    const order: string[] = [];
    await simulate({}, async (sim) => {
      queueMicrotask(() => order.push('microtask'));
      process.nextTick(() => order.push('tick'));
      await sim.settle();
      order.push('settled');
    });
    expect(order.toSorted()).toEqual(['microtask', 'settled', 'tick']);
    expect(order.at(-1)).toBe('settled');
  });

  test('dates compute as ever', async () => {
    await simulate({}, async () => {
      expect(timestampFromMillis(0)).toBe('1970-01-01T00:00:00Z');
      expect(new Date(0)).toBeInstanceOf(Date);
      expect(new Date(2020, 1, 1).getFullYear()).toBe(2020);
      expect(Date.UTC(1970, 0, 1)).toBe(0);
    });
  });

  test('a listener that throws ends the run, not the process', async () => {
    const running = simulate({}, async (sim) => {
      const controller = new AbortController();
      controller.signal.addEventListener('abort', () => {
        throw new Error('from a listener');
      });
      controller.abort();
      await sim.settle();
    });
    await expect(running).rejects.toThrow('from a listener');
  });

  test('an error that no subscriber handles ends the run as itself', async () => {
    const running = simulate({}, async (sim) => {
      const subject = new Subject<number>();
      subject.subscribe(() => {
        throw new Error('from a subscriber');
      });
      subject.next(1);
      await sim.settle();
    });
    await expect(running).rejects.toThrow('from a subscriber');
  });
});

test('outside of its turns everything is as it was', async () => {
  const before = [Date, Math.random, setTimeout, process.nextTick, process.listeners('unhandledRejection')];
  await simulate({}, async () => undefined);
  await simulate({}, () => Promise.reject(new Error('broken'))).catch(() => undefined);
  expect([Date, Math.random, setTimeout, process.nextTick, process.listeners('unhandledRejection')]).toEqual(before);
});

test('the turns of others between its own are unaffected, however something was imported', async () => {
  const seen: unknown[] = [];
  const beat = setInterval(() => seen.push(Date.now(), Math.random(), nodeCrypto.randomUUID(), process.hrtime()), 0);
  await simulate({}, async (sim) => {
    const { gate } = sim.node('a').host;
    for (let count = 0; count < 20_000; count += 1) await gate?.pass({ kind: 'call', actor: 'a', label: '' });
  });
  clearInterval(beat);
  expect(seen.length).toBeGreaterThan(0);
  expect(process.hrtime.bigint()).toBeTypeOf('bigint');
  expect(await timersPromises.setTimeout(0, 'later')).toBe('later');
  expect(await promisify(timers.setTimeout)(0, 'later')).toBe('later');
  expect(nodeCrypto.randomBytes(4)).toHaveLength(4);
});
