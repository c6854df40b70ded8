import type { Timestamp } from '../time/timestamp.ts';
import type { Rpc } from '../rpc/rpc.ts';
import type { Files } from './files.ts';
import type { Logger } from './logger.ts';

/**
 * The outside world, and all of it: nothing in cosi-ts reaches time, chance, files, the network or a log by
 * another way. Production injects the real host; a simulation a virtual one, and then the same composition
 * runs a day in a second and replays from a seed.
 */
export interface Host {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly files: Files;
  readonly rpc: Rpc;
  readonly log: Logger;
  readonly pace: Pace;
  /** Where a simulation chooses who goes on; absent in production, which then pays nothing for it. */
  readonly gate?: Gate | undefined;
}

export interface Clock {
  /** The wall clock as canonical text; equal reads may share one string. */
  now(): Timestamp;
  /** The wall clock in milliseconds since 1970. It may jump. */
  millis(): number;
  /** Milliseconds from some fixed moment; never goes back. For deadlines and intervals. */
  monotonic(): number;
}

export interface Timers {
  /**
   * Calls `fire` once, after at least `millis` milliseconds. A background timer (periodic resync, expiry)
   * neither keeps the process alive nor counts as work that a simulation waits for.
   */
  after(millis: number, fire: () => void, options?: TimerOptions): Timer;
}

export interface TimerOptions {
  readonly background?: boolean;
}

export interface Timer {
  /** Idempotent; a cancelled timer never fires. */
  cancel(): void;
}

export interface Random {
  /** Fresh bytes from a cryptographically strong source. */
  bytes(length: number): Uint8Array;
  /** A number in [0, 1), for jitter. */
  uniform(): number;
}

/** The bound on how long work may keep the event loop, one budget per process (2 ms a slice). */
export interface Pace {
  /**
   * Undefined while the slice lasts; else a promise that resolves after the loop has turned once.
   * @param runner who asks, and so was the last to run: a turn that was much too long is told under that name
   */
  yield(runner?: Runner): Promise<void> | undefined;
}

/** Somebody whose work shares the event loop with that of others. */
export interface Runner {
  readonly name: string;
  /** What it is at. */
  readonly task: string;
}

/** A place where a simulation may let somebody else go first. */
export interface Point {
  /** What waits here: a port call before its effect, the same before its answer, the pull of a cursor. */
  readonly kind: 'call' | 'answer' | 'pull';
  /** Who waits: the owner's name. */
  readonly actor: string;
  /** What for, readable: `get Affiliates.cluster.talos.dev(cluster/abc)`. */
  readonly label: string;
}

export interface Gate {
  /** Resolves when the simulation lets the caller go on; never for one that was dropped. */
  pass(point: Point): Promise<void>;
}
