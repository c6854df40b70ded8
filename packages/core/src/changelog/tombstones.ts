import type { Entry } from './entry.ts';

/** Whoever still has to be told of destructions. */
export interface Follower {
  /** Everything up to here it was told. */
  readonly position: number;
  /** A key that it was not yet told is gone is there again. */
  resurrected(key: string): void;
  /** What it was told may not be so any more, in a way that no change tells. */
  relist(): void;
}

/** The destroyed keys of a table, kept for those who follow its changes and have not heard of them yet. */
export class Tombstones<V> {
  readonly #max: number;
  readonly #forget: (entry: Entry<V>) => void;
  readonly #followers = new Set<Follower>();
  /** By position, from `#start` on; one that lives again is skipped. */
  #graves: { readonly entry: Entry<V>; readonly position: number }[] = [];
  #start = 0;
  #count = 0;
  #lostBefore = 0;

  /**
   * @param max how many are kept at most for slow followers.
   * @param forget takes a key out of the table for good.
   */
  constructor(max: number, forget: (entry: Entry<V>) => void) {
    this.#max = max;
    this.#forget = forget;
  }

  /** Below this position tombstones were given up: a follower there must re-list. */
  get lostBefore(): number {
    return this.#lostBefore;
  }

  get followers(): number {
    return this.#followers.size;
  }

  follow(follower: Follower): void {
    this.#followers.add(follower);
  }

  unfollow(follower: Follower): void {
    this.#followers.delete(follower);
  }

  relistAll(): void {
    for (const follower of this.#followers) follower.relist();
  }

  /** @param entry just destroyed. */
  add(entry: Entry<V>): void {
    this.#graves.push({ entry, position: entry.position });
    this.#count += 1;
    // Finding the slowest follower costs their number, so it is done once per that many burials.
    if (this.#graves.length - this.#start >= Math.max(64, this.#followers.size)) this.#reclaim(entry.position);
  }

  /** @param entry destroyed and not forgotten yet, and about to live again. */
  resurrect({ key, position }: Entry<V>): void {
    this.#count -= 1;
    for (const follower of this.#followers) if (follower.position < position) follower.resurrected(key);
  }

  /** Forgets tombstones that every follower has passed, and the oldest ones beyond the bound. */
  #reclaim(position: number): void {
    let floor = position;
    for (const follower of this.#followers) floor = Math.min(floor, follower.position);
    for (; this.#start < this.#graves.length; this.#start += 1) {
      const grave = this.#graves[this.#start];
      if (grave === undefined || grave.entry.position !== grave.position) continue;
      if (grave.position > floor) {
        if (this.#count <= this.#max) break;
        this.#lostBefore = grave.position;
      }
      this.#count -= 1;
      this.#forget(grave.entry);
    }
    if (this.#start * 2 > this.#graves.length) {
      this.#graves = this.#graves.slice(this.#start);
      this.#start = 0;
    }
  }
}
