import type { Detach, Owner } from '@cosi-ts/core';

/**
 * What this process has changed on the machine, each with what undoes it. It outlives the controllers that change it, which
 * may fail and start anew; when its owner closes, everything is undone, the last first. A crash undoes nothing: what it
 * leaves is found and taken over by the next process.
 */
export class Applied<T> {
  readonly #owner: Owner;
  readonly #entries = new Map<string, Entry<T>>();

  constructor(owner: Owner) {
    this.#owner = owner;
  }

  get ids(): readonly string[] {
    return [...this.#entries.keys()];
  }

  get(id: string): T | undefined {
    return this.#entries.get(id)?.value;
  }

  /** Said before the change is made: one that is made by half is undone, too. Undoing must be repeatable. */
  add(id: string, value: T, undo: () => Promise<void>): void {
    this.forget(id);
    this.#entries.set(id, { value, undo, detach: this.#owner.defer(undo) });
  }

  /** It is gone by itself. */
  forget(id: string): void {
    this.#entries.get(id)?.detach();
    this.#entries.delete(id);
  }

  /** Undoes one, which is remembered until that has succeeded. */
  async undo(id: string): Promise<void> {
    await this.#entries.get(id)?.undo();
    this.forget(id);
  }
}

interface Entry<T> {
  readonly value: T;
  readonly undo: () => Promise<void>;
  readonly detach: Detach;
}
