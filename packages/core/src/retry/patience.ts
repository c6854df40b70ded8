import type { Clock, Random } from '../host/host.ts';
import { Backoff, type BackoffOptions } from './backoff.ts';

export interface PatienceOptions extends BackoffOptions {
  /** Milliseconds of failure after which to give up; never, if absent. */
  readonly budget?: number | undefined;
}

/**
 * A backoff that gives up in the end. Its clock starts at the first failure after a success: what has been well for a
 * year is not given up at its first hiccup.
 */
export class Patience {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #backoff: Backoff;
  readonly #budget: number;
  #failingSince: number | undefined;
  #failures = 0;

  constructor(
    host: { readonly clock: Pick<Clock, 'monotonic'>; readonly random: Random },
    options: PatienceOptions = {},
  ) {
    this.#clock = host.clock;
    this.#backoff = new Backoff(host.random, options);
    this.#budget = options.budget ?? Number.POSITIVE_INFINITY;
  }

  /** Failures since the last success. */
  get failures(): number {
    return this.#failures;
  }

  /** Milliseconds to wait before the next attempt; undefined: it has failed for too long. */
  failed(): number | undefined {
    const now = this.#clock.monotonic();
    this.#failingSince ??= now;
    this.#failures += 1;
    return now - this.#failingSince >= this.#budget ? undefined : this.#backoff.next();
  }

  succeeded(): void {
    this.#failingSince = undefined;
    this.#failures = 0;
    this.#backoff.reset();
  }
}
