import type { Pace } from '../host/host.ts';
import { compareUtf8 } from '../values/utf8.ts';
import type { Entry, Thread } from './entry.ts';
import { finish, mergeSteps, sortSteps, type Steps } from './sort-steps.ts';

/** All values of a table as of one position, in the order of their keys' UTF-8 bytes. */
export interface Listing<V> {
  /** Shared: it is replaced, never changed. */
  readonly values: readonly V[];
  readonly position: number;
  /** A part of each value that somebody looked at and may look at again; it is kept up as long as no key comes or goes. */
  column?: Column<V> | undefined;
}

/** A part of each value of a listing, side by side: to look through it costs much less than to look into each value. */
export interface Column<V> {
  readonly pick: (value: V) => unknown;
  readonly parts: readonly unknown[];
}

/** How often a pass tries to get ahead of those who create keys before it makes them wait. */
const ATTEMPTS = 3;

/**
 * The values of a table by key. Writes only leave a note; whoever lists pays for the order: a copy of the array if
 * values changed, a pass over all entries if keys came or went. A long pass is taken in slices, and gives the table as
 * it was at one moment of it, whatever is written meanwhile.
 */
export class SortedView<V> {
  readonly #thread: Thread<V>;
  readonly #atOnce: number;
  /** The entries of `#listing`, in its order. */
  #order: Entry<V>[] = [];
  #listing: Listing<V> = { values: [], position: 0 };
  /** Keys that came since, some of them twice. */
  #added: Entry<V>[] = [];
  #cameOrWent = false;
  #pass: Steps<void> | undefined;
  /** While a pass collects, the values as of its moment of entries that changed since. */
  #before: Map<Entry<V>, V | undefined> | undefined;
  #compare: (a: Entry<V>, b: Entry<V>) => number = byUnits;

  /** @param atOnce how many entries are handled at one go. */
  constructor(thread: Thread<V>, atOnce = 1000) {
    this.#thread = thread;
    this.#atOnce = atOnce;
  }

  /** To be told before an entry gets its first value, or one again. */
  onCome(entry: Entry<V>): void {
    this.#cameOrWent = true;
    this.#added.push(entry);
    this.onChange(entry);
  }

  /** To be told before a value changes. */
  onChange(entry: Entry<V>): void {
    if (this.#before?.has(entry) === false) this.#before.set(entry, entry.value);
  }

  /** To be told before an entry loses its value. @param size of the table. */
  onGo(entry: Entry<V>, size: number): void {
    this.#cameOrWent = true;
    this.onChange(entry);
    if (this.#added.length > 2 * size + this.#atOnce) this.#sweep(size);
  }

  #sweep(size: number): void {
    const living = this.#added.filter(isLiving);
    this.#added = living.length > size ? [...new Set(living)] : living;
  }

  /** Everything as of now. */
  list(position: number): Listing<V> {
    if (this.#listing.position === position) return this.#listing;
    // What somebody takes in slices is finished first: there is one order.
    if (this.#pass !== undefined) finish(this.#pass);
    if (this.#listing.position !== position && !this.#patch(position)) finish(this.#begin(() => position));
    return this.#listing;
  }

  /** Everything as of some moment since the call: at once if that is cheap, else in slices. */
  listPaced(position: () => number, pace: Pace): Listing<V> | Promise<Listing<V>> {
    const now = position();
    if (this.#listing.position === now || this.#order.length + this.#added.length <= this.#atOnce)
      return this.list(now);
    return this.#pass === undefined && this.#patch(now) ? this.#listing : this.#listInSlices(now, position, pace);
  }

  async #listInSlices(since: number, position: () => number, pace: Pace): Promise<Listing<V>> {
    while (this.#listing.position < since) {
      // One that others began may be too old: then there is another round.
      const pass = this.#pass ?? this.#begin(position);
      while (pass.next().done !== true) await pace.yield();
    }
    return this.#listing;
  }

  /** Puts changed values into a copy of the listing, if no key came or went and they are few. */
  #patch(position: number): boolean {
    if (this.#cameOrWent) return false;
    const { column } = this.#listing;
    const values = this.#listing.values.slice();
    const parts = column?.parts.slice();
    let left = values.length >> 4;
    for (let entry = this.#thread.newest; entry !== undefined; entry = entry.older) {
      if (entry.position <= this.#listing.position) break;
      if (entry.value === undefined || left === 0) return false;
      const index = this.#indexOf(entry);
      values[index] = entry.value;
      if (parts !== undefined) parts[index] = column?.pick(entry.value);
      left -= 1;
    }
    this.#listing = { values, position, ...(column && parts && { column: { pick: column.pick, parts } }) };
    return true;
  }

  #indexOf(entry: Entry<V>): number {
    let low = 0;
    let high = this.#order.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(this.#order[middle] as Entry<V>, entry) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #begin(position: () => number): Steps<void> {
    this.#pass = this.#steps(position);
    return this.#pass;
  }

  *#steps(position: () => number): Steps<void> {
    for (let attempt = 0; attempt < ATTEMPTS && this.#added.length > this.#atOnce; attempt += 1) {
      const taken = this.#takeAdded();
      yield* this.#learn(taken);
      const added = yield* sortSteps(taken, this.#compare, this.#atOnce);
      this.#order = yield* mergeSteps(this.#order, added, this.#compare, this.#atOnce);
    }
    const taken = this.#takeAdded();
    finish(this.#learn(taken));
    const added = taken.sort(this.#compare);
    // This is the moment that the listing shows.
    const now = position();
    this.#cameOrWent = false;
    this.#before = new Map();
    const merged = yield* mergeSteps(this.#order, added, this.#compare, this.#atOnce);
    const order: Entry<V>[] = [];
    const values: V[] = [];
    for (let index = 0; index < merged.length; index += 1) {
      const entry = merged[index] as Entry<V>;
      const value = this.#before.size > 0 && this.#before.has(entry) ? this.#before.get(entry) : entry.value;
      if (value !== undefined && order.at(-1) !== entry) {
        order.push(entry);
        values.push(value);
      }
      if (index % this.#atOnce === this.#atOnce - 1) yield;
    }
    this.#order = order;
    this.#listing = { values, position: now };
    this.#before = undefined;
    this.#pass = undefined;
  }

  #takeAdded(): Entry<V>[] {
    const added = this.#added;
    this.#added = [];
    return added;
  }

  /** The first surrogate in a key changes how keys compare. */
  *#learn(added: readonly Entry<V>[]): Steps<void> {
    if (this.#compare === byUtf8) return;
    for (const [index, { key }] of added.entries()) {
      if (SURROGATE.test(key)) {
        this.#compare = byUtf8;
        this.#order = yield* sortSteps(this.#order, byUtf8, this.#atOnce);
        return;
      }
      if (index % this.#atOnce === this.#atOnce - 1) yield;
    }
  }
}

const SURROGATE = /[\ud800-\udfff]/;

/** Quick, and right as long as no key has a surrogate: then units, code points and UTF-8 bytes sort alike. */
function byUnits<V>({ key: a }: Entry<V>, { key: b }: Entry<V>): number {
  return a < b ? -1 : Number(a > b);
}

function byUtf8<V>({ key: a }: Entry<V>, { key: b }: Entry<V>): number {
  return compareUtf8(a, b);
}

function isLiving<V>({ value }: Entry<V>): boolean {
  return value !== undefined;
}
