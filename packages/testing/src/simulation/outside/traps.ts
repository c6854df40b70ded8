import { CLOCK, EscapeError, NETWORK, RANDOM, TIMERS } from './escape.ts';
import { guardModules } from './modules.ts';

type Anything = (...args: unknown[]) => unknown;

/** Something of the outside world that code under simulation must not touch by itself. */
interface Trap {
  readonly owner: object;
  readonly key: string;
  readonly replacement: unknown;
}

/** Globals: they are replaced for as long as a turn of the simulation lasts. */
const FORBIDDEN: readonly (readonly [owner: object, name: string, key: string, cure: string])[] = [
  [globalThis, 'setTimeout', 'setTimeout', TIMERS],
  [globalThis, 'setInterval', 'setInterval', TIMERS],
  [globalThis, 'setImmediate', 'setImmediate', TIMERS],
  [globalThis, 'MessageChannel', 'MessageChannel', TIMERS],
  [AbortSignal, 'AbortSignal.timeout', 'timeout', TIMERS],
  [Atomics, 'Atomics.wait', 'wait', TIMERS],
  [Atomics, 'Atomics.waitAsync', 'waitAsync', TIMERS],
  [Object.getPrototypeOf(performance) as object, 'performance.now', 'now', CLOCK],
  [Object.getPrototypeOf(performance) as object, 'performance.mark', 'mark', CLOCK],
  [Math, 'Math.random', 'random', RANDOM],
  [Crypto.prototype, 'crypto.getRandomValues', 'getRandomValues', RANDOM],
  [Crypto.prototype, 'crypto.randomUUID', 'randomUUID', RANDOM],
  [SubtleCrypto.prototype, 'crypto.subtle.generateKey', 'generateKey', RANDOM],
  [globalThis, 'fetch', 'fetch', NETWORK],
  [globalThis, 'WebSocket', 'WebSocket', NETWORK],
];

let report: (thrown: unknown) => void = () => undefined;
let traps: readonly Trap[] | undefined;

/**
 * Arms the traps: who calls one is thrown an {@link EscapeError}, and `onEscape` hears of it, since whoever called
 * may well catch it. @returns what puts back what stood there before
 */
export function arm(onEscape: (thrown: unknown) => void): () => void {
  report = onEscape;
  traps ??= makeTraps();
  const replaced = traps.map(({ owner, key }) => Reflect.get(owner, key) as unknown);
  for (const { owner, key, replacement } of traps) Reflect.set(owner, key, replacement);
  const disarm = guardModules(report);
  return () => {
    disarm();
    traps?.forEach(({ owner, key }, index) => Reflect.set(owner, key, replaced[index]));
  };
}

function makeTraps(): readonly Trap[] {
  const thrown = FORBIDDEN.map(([owner, name, key, cure]) => ({ owner, key, replacement: throwing(name, cure) }));
  return [
    ...thrown,
    { owner: globalThis, key: 'Date', replacement: trappedDate() },
    { owner: process, key: 'nextTick', replacement: guardedTick },
  ];
}

function throwing(name: string, cure: string): Anything {
  return function trap(callback: unknown): undefined {
    const error = new EscapeError(name, cure, trap);
    const cause = name === 'setTimeout' && isRxReport(error) ? errorOf(callback) : error;
    report(cause);
    if (cause === error) throw error;
    return undefined;
  };
}

/** A Date that computes but does not know what time it is. */
function trappedDate(): unknown {
  const real = Date;
  const fail = (what: string): never => {
    const escape = new EscapeError(what, CLOCK, trapped);
    report(escape);
    throw escape;
  };
  function trapped(...args: unknown[]): object {
    if (new.target === undefined) return fail('Date()');
    if (args.length === 0) return fail('new Date()');
    return Reflect.construct(real, args, new.target === trapped ? real : new.target) as object;
  }
  return Object.assign(trapped, {
    // Shared, so that `instanceof` means the same inside and outside.
    prototype: real.prototype,
    UTC: real.UTC,
    parse: real.parse,
    now: throwing('Date.now', CLOCK),
  });
}

const nextTick = process.nextTick;

/**
 * What an event listener throws reaches the process through `nextTick`. In the middle of a drain that would end
 * the process, so it ends the run.
 */
function guardedTick(callback: Anything, ...args: unknown[]): void {
  nextTick(() => {
    try {
      callback(...args);
    } catch (thrown) {
      report(thrown);
    }
  });
}

/** RxJS throws what nobody handles from a timeout; nothing else of it may use one. */
function isRxReport({ stack = '' }: Error): boolean {
  return stack.split('\n', 3).some((line) => line.includes('reportUnhandledError'));
}

function errorOf(callback: unknown): unknown {
  try {
    (callback as Anything)();
    return undefined;
  } catch (thrown) {
    return thrown;
  }
}
