import {
  timestampFromMillis,
  type Clock,
  type Files,
  type Gate,
  type Host,
  type Logger,
  type Random,
  type Rpc,
  type Timers,
  type Timestamp,
} from '@cosi-ts/core';
import type { Prng } from './prng.ts';
import type { Life, World } from './world.ts';

/** What one life of a node is made of. */
export interface HostParts {
  readonly world: World;
  readonly life: Life;
  readonly prng: Prng;
  /** Milliseconds since 1970 at the beginning, as this node's clock shows it. */
  readonly epoch: () => number;
  readonly files: Files;
  readonly rpc: Rpc;
  readonly log: Logger;
}

/** A host whose time, chance, files and network are the simulation's. */
export function virtualHost(parts: HostParts): Host {
  return {
    clock: virtualClock(parts),
    timers: virtualTimers(parts),
    random: virtualRandom(parts),
    files: parts.files,
    rpc: parts.rpc,
    log: parts.log,
    // Work takes no simulated time, and nobody else waits for the loop.
    pace: { yield: () => undefined },
    gate: virtualGate(parts),
  };
}

function virtualClock({ world, epoch }: HostParts): Clock {
  let shown = Number.NaN;
  let text: Timestamp;
  const millis = (): number => epoch() + world.now;
  return {
    millis,
    monotonic: () => world.now,
    now() {
      const now = millis();
      if (now !== shown) {
        text = timestampFromMillis(now);
        shown = now;
      }
      return text;
    },
  };
}

function virtualTimers({ world, life }: HostParts): Timers {
  return {
    after(millis, run, options) {
      const timer = world.after(millis, { life, label: `timer of ${Math.ceil(millis)} ms`, run }, options?.background);
      return { cancel: () => world.cancel(timer) };
    },
  };
}

function virtualRandom({ prng }: HostParts): Random {
  return { bytes: (length) => prng.bytes(length), uniform: () => prng.uniform() };
}

/** Each point is an action: whoever waits there goes on when the tape says so. */
function virtualGate({ world, life }: HostParts): Gate {
  return {
    pass: ({ kind, actor, label }) =>
      new Promise((resolve) => world.enqueue({ life, label: `${actor}: ${kind} ${label}`, run: resolve })),
  };
}
