export interface RateLimiterOptions {
  /** Calls a second, and key. */
  readonly rate: number;
  /** Calls at once after a pause, at least 1. */
  readonly burst: number;
}

/** Milliseconds between two looks for buckets that are full again. */
const SWEEP_INTERVAL = 60_000;

/**
 * A token bucket for each key. It is not refused but told to wait: a bucket may owe tokens, and who takes one that is
 * not there yet comes when it is. All times are milliseconds of the monotonic clock.
 */
export class RateLimiter {
  readonly #perMilli: number;
  readonly #burst: number;
  readonly #buckets = new Map<string, Bucket>();
  #nextSweep = 0;

  constructor({ rate, burst }: RateLimiterOptions) {
    this.#perMilli = rate / 1000;
    this.#burst = burst;
  }

  /** Keys that are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  /**
   * Takes a token.
   *
   * @param patience the longest acceptable wait
   * @returns milliseconds to wait for it; undefined if that would be too long: then none was taken
   */
  take(key: string, now: number, patience = Number.POSITIVE_INFINITY): number | undefined {
    if (now >= this.#nextSweep) this.sweep(now);
    const bucket = this.#bucket(key, now);
    const tokens = this.#tokens(bucket, now) - 1;
    const wait = tokens < 0 ? -tokens / this.#perMilli : 0;
    if (wait > patience) return undefined;
    bucket.tokens = tokens;
    bucket.at = now;
    return wait;
  }

  /** Returns a token that was not waited for. */
  giveBack(key: string, now: number): void {
    const bucket = this.#bucket(key, now);
    bucket.tokens = Math.min(this.#tokens(bucket, now) + 1, this.#burst);
    bucket.at = now;
  }

  /** Forgets keys whose buckets are full, which is what an unknown key's is. */
  sweep(now: number): void {
    for (const [key, bucket] of this.#buckets) {
      if (this.#tokens(bucket, now) >= this.#burst) this.#buckets.delete(key);
    }
    this.#nextSweep = now + SWEEP_INTERVAL;
  }

  #bucket(key: string, now: number): Bucket {
    const known = this.#buckets.get(key);
    if (known !== undefined) return known;
    const full = { tokens: this.#burst, at: now };
    this.#buckets.set(key, full);
    return full;
  }

  #tokens({ tokens, at }: Bucket, now: number): number {
    return Math.min(this.#burst, tokens + (now - at) * this.#perMilli);
  }
}

interface Bucket {
  /** Negative: calls that wait. */
  tokens: number;
  at: number;
}
