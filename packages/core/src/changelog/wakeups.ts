/** A wake-up that was asked for and did not come yet. */
export interface Waiter {
  readonly wake: () => void;
  /** Where it waits; -1 when it does not. */
  slot: number;
}

/**
 * One-shot wake-ups: a cursor that has nothing to give asks to be told, so that a commit costs the number of
 * idle cursors and a busy one costs nothing.
 */
export class Wakeups {
  #waiting: Waiter[] = [];

  add(waiter: Waiter): void {
    if (waiter.slot >= 0) return;
    waiter.slot = this.#waiting.length;
    this.#waiting.push(waiter);
  }

  remove(waiter: Waiter): void {
    const { slot } = waiter;
    if (slot < 0) return;
    waiter.slot = -1;
    const last = this.#waiting.pop();
    if (last === undefined || last === waiter) return;
    this.#waiting[slot] = last;
    last.slot = slot;
  }

  wakeAll(): void {
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const waiter of waiting) waiter.slot = -1;
    for (const waiter of waiting) waiter.wake();
  }
}
