/**
 * Who writes to an id waits behind all who wrote to it before and have not been answered. Those who write to several
 * take their place in all lanes at the same moment, so that nobody waits for one who waits for him.
 */
export class Lanes<L> {
  readonly #last = new Map<L, Map<string, Promise<void>>>();

  /**
   * Takes a place.
   * @returns what to wait for, and what to call when it is over.
   */
  enter(places: readonly (readonly [lane: L, id: string])[]): { readonly turn: Promise<unknown>; leave(): void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    const before: Promise<void>[] = [];
    for (const [lane, id] of places) {
      let ids = this.#last.get(lane);
      if (ids === undefined) {
        ids = new Map();
        this.#last.set(lane, ids);
      }
      const last = ids.get(id);
      if (last !== undefined && last !== promise) before.push(last);
      ids.set(id, promise);
    }
    const leave = (): void => {
      for (const [lane, id] of places) {
        const ids = this.#last.get(lane);
        if (ids?.get(id) !== promise) continue;
        ids.delete(id);
        if (ids.size === 0) this.#last.delete(lane);
      }
      resolve();
    };
    return { turn: Promise.all(before), leave };
  }
}
