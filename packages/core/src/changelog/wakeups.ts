/** Somebody who waits for the next commit. */
export interface Waiter {
  wake(): void;
  /** Its place in the queue; -1 when it does not wait. */
  slot: number;
}

/** In how many hops all that wait are woken, at most. */
const HOPS = 24;

/**
 * One-shot wake-ups: a cursor that has nothing to give asks to be told, so that a commit costs the number of
 * idle cursors and a busy one costs nothing.
 *
 * Those that wait are not woken by the commit itself but right behind it, in microtasks that take a part of them each.
 * A writer that goes on meanwhile gets between, and whoever is woken later finds more than one commit to take: with
 * many cursors a commit costs each of them less, and none of them gets further behind than a ring holds.
 */
export class Wakeups {
  readonly #hops: number;
  #queue: (Waiter | undefined)[] = [];
  #head = 0;
  /** Who waits in front of this is due. */
  #due = 0;
  #holes = 0;
  #share = 0;
  #isScheduled = false;

  /** @param lag how many commits may pass at most before everybody is woken. */
  constructor(lag = Number.POSITIVE_INFINITY) {
    this.#hops = Math.max(1, Math.min(HOPS, Math.floor(lag / 4)));
  }

  add(waiter: Waiter): void {
    if (waiter.slot >= 0) return;
    waiter.slot = this.#queue.length;
    this.#queue.push(waiter);
  }

  remove(waiter: Waiter): void {
    if (waiter.slot < 0) return;
    this.#queue[waiter.slot] = undefined;
    waiter.slot = -1;
    this.#holes += 1;
    if (this.#holes > 64 && this.#holes * 2 > this.#queue.length - this.#head) this.#compact();
  }

  /** Everybody who waits now will be woken. */
  wakeAll(): void {
    this.#due = this.#queue.length;
    const waiting = this.#due - this.#head;
    if (waiting === 0) return;
    this.#share = Math.max(this.#share, Math.ceil(waiting / this.#hops));
    if (!this.#isScheduled) this.#schedule();
  }

  #schedule(): void {
    this.#isScheduled = true;
    queueMicrotask(this.#hop);
  }

  readonly #hop = (): void => {
    this.#isScheduled = false;
    for (let left = this.#share; left > 0 && this.#head < this.#due;) {
      const waiter = this.#queue[this.#head];
      this.#queue[this.#head] = undefined;
      this.#head += 1;
      if (waiter === undefined) {
        this.#holes -= 1;
        continue;
      }
      waiter.slot = -1;
      waiter.wake();
      left -= 1;
    }
    if (this.#head < this.#due) {
      this.#schedule();
      return;
    }
    this.#share = 0;
    if (this.#head === this.#queue.length) this.#reset();
    else if (this.#head > 1024 && this.#head * 2 > this.#queue.length) this.#compact();
  };

  #reset(): void {
    this.#queue = [];
    this.#head = 0;
    this.#due = 0;
    this.#holes = 0;
  }

  #compact(): void {
    const queue: Waiter[] = [];
    let due = 0;
    for (let index = this.#head; index < this.#queue.length; index += 1) {
      if (index === this.#due) due = queue.length;
      const waiter = this.#queue[index];
      if (waiter === undefined) continue;
      waiter.slot = queue.length;
      queue.push(waiter);
    }
    if (this.#due >= this.#queue.length) due = queue.length;
    else if (this.#due <= this.#head) due = 0;
    this.#queue = queue;
    this.#head = 0;
    this.#due = due;
    this.#holes = 0;
  }
}
