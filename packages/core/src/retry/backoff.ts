import type { Random } from '../host/host.ts';

/** Milliseconds and factors of an exponential backoff. The defaults are those that COSI and Talos use. */
export interface BackoffOptions {
  readonly initial?: number;
  readonly factor?: number;
  /** 0.5 means: between half and one and a half times the interval. */
  readonly jitter?: number;
  /** The largest interval, before jitter. */
  readonly cap?: number;
}

/** The one backoff of the product: 0.5 s, times 1.5, jittered by half, at most 60 s; it never gives up. */
export class Backoff {
  readonly #random: Random;
  readonly #initial: number;
  readonly #factor: number;
  readonly #jitter: number;
  readonly #cap: number;
  #interval: number;

  constructor(random: Random, options: BackoffOptions = {}) {
    this.#random = random;
    this.#initial = options.initial ?? 500;
    this.#factor = options.factor ?? 1.5;
    this.#jitter = options.jitter ?? 0.5;
    this.#cap = options.cap ?? 60_000;
    this.#interval = this.#initial;
  }

  /** Milliseconds to wait before the next attempt. */
  next(): number {
    const interval = this.#interval;
    this.#interval = Math.min(interval * this.#factor, this.#cap);
    return interval * (1 - this.#jitter + 2 * this.#jitter * this.#random.uniform());
  }

  /** Back to the first interval, after a success. */
  reset(): void {
    this.#interval = this.#initial;
  }
}
