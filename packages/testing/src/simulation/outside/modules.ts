import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import process from 'node:process';
import timers from 'node:timers';
import timersPromises from 'node:timers/promises';
import { CLOCK, EscapeError, NETWORK, RANDOM, TIMERS } from './escape.ts';

type Anything = (...args: unknown[]) => unknown;
type Entry = readonly [owner: object, name: string, key: string, cure: string];

const of = (owner: object, prefix: string, keys: readonly string[], cure: string): readonly Entry[] =>
  keys.map((key) => [owner, `${prefix}.${key}`, key, cure]);

const SCHEDULING = ['setTimeout', 'setInterval', 'setImmediate'];
const DRAWING = ['randomBytes', 'randomFill', 'randomFillSync', 'randomInt', 'randomUUID'];
const GENERATING = ['generateKey', 'generateKeySync', 'generateKeyPair', 'generateKeyPairSync'];

const FORBIDDEN: readonly Entry[] = [
  ...of(timers, 'node:timers', SCHEDULING, TIMERS),
  ...of(timersPromises, 'node:timers/promises', SCHEDULING, TIMERS),
  ...of(timersPromises.scheduler, 'node:timers/promises.scheduler', ['wait', 'yield'], TIMERS),
  ...of(process, 'process', ['hrtime', 'uptime', 'cpuUsage'], CLOCK),
  ...of(crypto, 'node:crypto', DRAWING, RANDOM),
  ...of(crypto, 'node:crypto', GENERATING, RANDOM),
  [net.Socket.prototype, 'net.Socket.connect', 'connect', NETWORK],
];

/** Hears of escapes while a turn lasts. */
let onEscape: ((thrown: unknown) => void) | undefined;
let isInstalled = false;

/**
 * Guards what is imported by name, which nobody can replace for a turn alone at a bearable price: what stands there
 * from the first turn on is a function that asks whether there is one, and else does what was asked for.
 * @returns what ends the turn
 */
export function guardModules(report: (thrown: unknown) => void): () => void {
  if (!isInstalled) install();
  onEscape = report;
  return () => void (onEscape = undefined);
}

function install(): void {
  isInstalled = true;
  for (const [owner, name, key, cure] of FORBIDDEN) {
    const original = Reflect.get(owner, key) as Anything;
    const guard = guarded(name, cure, original);
    if (key === 'hrtime') Reflect.set(guard, 'bigint', guarded('process.hrtime.bigint', cure, process.hrtime.bigint));
    Reflect.set(owner, key, guard);
  }
  syncBuiltinESMExports();
}

function guarded(name: string, cure: string, original: Anything): Anything {
  function guard(this: unknown, ...args: unknown[]): unknown {
    if (onEscape === undefined) return Reflect.apply(original, this, args);
    const error = new EscapeError(name, cure, guard);
    onEscape(error);
    throw error;
  }
  // What else hangs on it, such as the form for `promisify`.
  return Object.defineProperties(guard, Object.getOwnPropertyDescriptors(original));
}
