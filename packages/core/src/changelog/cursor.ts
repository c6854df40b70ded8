import type { Waiter, Wakeups } from './wakeups.ts';

/** What both kinds of cursor share: it is pulled, and tells when there is something to pull. */
export abstract class Cursor implements Waiter {
  /** @internal */
  slot = -1;
  readonly #wakeups: Wakeups;
  /** Nearly always there is one. */
  #listener: (() => void) | undefined;
  #others: (() => void)[] | undefined;
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
   * is closed; else in a microtask behind the commit. `ready` must not throw.
   */
  onReady(ready: () => void): void {
    if (this.#closed || this.isReady) {
      ready();
      return;
    }
    if (this.#listener === undefined) this.#listener = ready;
    else (this.#others ??= []).push(ready);
    this.#wakeups.add(this);
  }

  /**
   * The same, but never at once: those that have something to pull already wait for their turn among all others, so
   * that many readers who go round in a circle let a writer get ahead, and then find more to take in each round.
   */
  onTurn(ready: () => void): void {
    if (this.#closed || this.#listener !== undefined) {
      this.onReady(ready);
      return;
    }
    this.#listener = ready;
    this.#wakeups.add(this);
    if (this.isReady) this.#wakeups.wakeAll();
  }

  /** Resolves when there is something to pull, or the cursor is closed. */
  ready(): Promise<void> {
    return new Promise((resolve) => this.onReady(resolve));
  }

  /** Lets go of everything the table holds for this cursor. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#wakeups.remove(this);
    this.onClose();
    this.#call();
  }

  /** @internal */
  wake(): void {
    // It may have been pulled since: then there is nothing to tell yet.
    if (this.isReady) this.#call();
    else if (this.#listener !== undefined) this.#wakeups.add(this);
  }

  protected onClose(): void {
    // Nothing to let go of, unless a subclass says so.
  }

  #call(): void {
    const listener = this.#listener;
    const others = this.#others;
    this.#listener = undefined;
    this.#others = undefined;
    listener?.();
    if (others === undefined) return;
    for (const other of others) other();
  }
}
