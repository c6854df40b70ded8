import { compareUtf8 } from '@cosi-ts/core';

/** Which resources a reconcile wrote, from when it asks for that until it cleans up. */
export class OutputTracker {
  #written: Map<string, Set<string>> | undefined;

  /** @throws Error if it tracks already */
  start(): void {
    if (this.#written !== undefined) throw new Error('outputs are tracked already');
    this.#written = new Map();
  }

  /** Ends it, whatever was written. */
  stop(): void {
    this.#written = undefined;
  }

  /** A write was asked for; whether it succeeds does not matter. */
  record(port: string, id: string): void {
    if (this.#written === undefined) return;
    const ids = this.#written.get(port) ?? new Set();
    this.#written.set(port, ids.add(id));
  }

  /** Of these ids those that were not written. @throws Error if nothing is tracked */
  unwritten(port: string, ids: readonly string[]): readonly string[] {
    if (this.#written === undefined) throw new Error('outputs are not tracked');
    const written = this.#written.get(port);
    return ids.filter((id) => written?.has(id) !== true).sort(compareUtf8);
  }
}
