import type { Host, Timer } from '@cosi-ts/core';

/** Until when things stay, by id: the earliest of what was said of each. One timer for all of them. */
export class Deadlines {
  readonly #host: Pick<Host, 'clock' | 'timers'>;
  readonly #expire: (ids: readonly string[]) => void;
  /** By the monotonic clock. */
  readonly #deadlines = new Map<string, number>();
  #next: { readonly at: number; readonly timer: Timer } | undefined;

  /** @param expire is called with those whose time is over; they have no deadline any more. */
  constructor(host: Pick<Host, 'clock' | 'timers'>, expire: (ids: readonly string[]) => void) {
    this.#host = host;
    this.#expire = expire;
  }

  /** Milliseconds; undefined for one that has no deadline. */
  timeLeft(id: string): number | undefined {
    const at = this.#deadlines.get(id);
    return at === undefined ? undefined : Math.max(0, at - this.#host.clock.monotonic());
  }

  /** Those that have less time keep what they have. */
  atMost(ids: Iterable<string>, millis: number): void {
    const at = this.#host.clock.monotonic() + millis;
    for (const id of ids) {
      if (at < (this.#deadlines.get(id) ?? Number.POSITIVE_INFINITY)) this.#deadlines.set(id, at);
    }
    if (this.#deadlines.size > 0 && at < (this.#next?.at ?? Number.POSITIVE_INFINITY)) this.#schedule(at);
  }

  /** Gives it all the time there is. */
  delete(id: string): void {
    this.#deadlines.delete(id);
    if (this.#deadlines.size > 0) return;
    this.#next?.timer.cancel();
    this.#next = undefined;
  }

  #schedule(at: number): void {
    const { clock, timers } = this.#host;
    this.#next?.timer.cancel();
    const fire = (): void => {
      this.#next = undefined;
      this.#sweep();
    };
    this.#next = { at, timer: timers.after(Math.max(0, at - clock.monotonic()), fire, { background: true }) };
  }

  #sweep(): void {
    const now = this.#host.clock.monotonic();
    const over: string[] = [];
    let next = Number.POSITIVE_INFINITY;
    for (const [id, at] of this.#deadlines) {
      if (at <= now) over.push(id);
      else next = Math.min(next, at);
    }
    for (const id of over) this.#deadlines.delete(id);
    if (next < Number.POSITIVE_INFINITY) this.#schedule(next);
    if (over.length > 0) this.#expire(over);
  }
}
