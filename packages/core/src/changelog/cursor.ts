import type { Waiter, Wakeups } from './wakeups.ts';

/** What both kinds of cursor share: it is pulled, and tells when there is something to pull. */
export abstract class Cursor {
  readonly #wakeups: Wakeups;
  readonly #waiter: Waiter = { wake: () => this.#wake(), slot: -1 };
  #onReady: (() => void)[] = [];
  #closed = false;

  constructor(wakeups: Wakeups) {
    this.#wakeups = wakeups;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Whether a pull would give something (or fail). */
  abstract get isReady(): boolean;

  /**
   * Calls `ready` once, when there is something to pull: at once if there is already, and also when the cursor
   * is closed. `ready` must not throw.
   */
  onReady(ready: () => void): void {
    if (this.#closed || this.isReady) {
      ready();
      return;
    }
    this.#onReady.push(ready);
    this.#wakeups.add(this.#waiter);
  }

  /** Resolves when there is something to pull, or the cursor is closed. */
  ready(): Promise<void> {
    return new Promise((resolve) => this.onReady(resolve));
  }

  /** Lets go of everything the table holds for this cursor. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#wakeups.remove(this.#waiter);
    this.onClose();
    this.#wake();
  }

  protected onClose(): void {
    // Nothing to let go of, unless a subclass says so.
  }

  #wake(): void {
    const listeners = this.#onReady;
    this.#onReady = [];
    for (const listener of listeners) listener();
  }
}
