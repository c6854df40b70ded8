import { Backoff, type Cause, type Random, type Timer, type Timers } from '@cosi-ts/core';

interface Item {
  readonly key: string;
  /** {@link NO_CAUSES} until there is one. */
  causes: Cause[];
  /** Of the work under way. */
  taken: readonly Cause[];
  /** `ready`: in line; `delayed`: waits for its timer; `held`: being worked on. */
  state: 'ready' | 'delayed' | 'held';
  /** Held, and changed meanwhile: it goes back in line when it is done. */
  dirty: boolean;
  timer: Timer | undefined;
  backoff: Backoff | undefined;
  /** When it came into its state, in milliseconds of the monotonic clock; only if somebody watches. */
  since: number;
}

/** Hears of keys as they come and go. */
export interface QueueWatcher {
  /** Milliseconds of a monotonic clock. */
  now(): number;
  /** @param isRetry since it failed, or asked for it */
  queued(isRetry: boolean): void;
  taken(waited: number): void;
}

/** Causes kept for one key while it waits; beyond, the first stand for all. */
const MAX_CAUSES = 64;

/**
 * Keys that want work, each at most once in line and never worked on twice at the same time. A key that changes
 * while it is worked on comes again afterwards; one that waits for a retry comes at once when it changes.
 */
export class KeyedQueue {
  readonly #timers: Timers;
  readonly #random: Random;
  readonly #watcher: QueueWatcher | undefined;
  readonly #items = new Map<string, Item>();
  #line: Item[] = [];
  /** What was taken last is mostly what is done next. */
  #last: Item | undefined;
  #head = 0;
  #held = 0;
  #idle: (() => void)[] = [];
  #closed = false;

  constructor(timers: Timers, random: Random, options: { readonly watcher?: QueueWatcher | undefined } = {}) {
    this.#timers = timers;
    this.#random = random;
    this.#watcher = options.watcher;
  }

  /** Whether no key is in line or being worked on; some may wait for their time. */
  get isIdle(): boolean {
    return this.#head === this.#line.length && this.#held === 0;
  }

  /** Keys in line. */
  get depth(): number {
    return this.#line.length - this.#head;
  }

  /** Keys that are worked on. */
  get active(): number {
    return this.#held;
  }

  /** Milliseconds that the keys worked on have taken so far, if somebody watches. */
  workTimes(): readonly number[] {
    const now = this.#watcher?.now();
    if (now === undefined || this.#held === 0) return [];
    return [...this.#items.values()].filter(({ state }) => state === 'held').map(({ since }) => now - since);
  }

  /** Asks for work on a key, now. */
  add(key: string, cause?: Cause): void {
    if (this.#closed) return;
    const known = this.#items.get(key);
    if (known === undefined) {
      const item = newItem(key);
      addCause(item, cause);
      this.#items.set(key, item);
      this.#enqueue(item, false);
      return;
    }
    addCause(known, cause);
    if (known.state === 'held') known.dirty = true;
    if (known.state === 'delayed') this.#release(known, false);
  }

  /** The next key and the causes that led to it; undefined if none is ready. It is held until `done`. */
  take(): { readonly key: string; readonly causes: readonly Cause[] } | undefined {
    const item = this.#line[this.#head];
    if (item === undefined) return undefined;
    this.#head += 1;
    if (this.#head === this.#line.length) {
      this.#line = [];
      this.#head = 0;
    } else if (this.#head > 1024 && this.#head * 2 > this.#line.length) {
      this.#line = this.#line.slice(this.#head);
      this.#head = 0;
    }
    if (this.#watcher !== undefined) {
      const now = this.#watcher.now();
      this.#watcher.taken(now - item.since);
      item.since = now;
    }
    item.state = 'held';
    this.#last = item;
    this.#held += 1;
    item.taken = item.causes;
    item.causes = NO_CAUSES;
    return { key: item.key, causes: item.taken };
  }

  /** Resolves when a key may be ready, or the queue was closed. */
  available(): Promise<void> {
    if (this.#closed || this.#head < this.#line.length) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** The work on a key succeeded. @param requeueAfter milliseconds after which it is wanted again. */
  done(key: string, requeueAfter?: number): void {
    const item = this.#last?.key === key ? this.#last : this.#items.get(key);
    if (item?.state !== 'held') return;
    this.#held -= 1;
    item.backoff = undefined;
    if (item.dirty) this.#enqueue(item, false);
    else if (requeueAfter === undefined) this.#forget(item);
    else this.#delay(item, requeueAfter);
  }

  /**
   * The work on a key failed: it comes again after its backoff, or at once if it changed meanwhile.
   * @param retryAfter milliseconds to wait instead of the backoff, which does not grow then
   * @returns milliseconds until then.
   */
  failed(key: string, retryAfter?: number): number {
    const item = this.#items.get(key);
    if (item?.state !== 'held') return 0;
    this.#held -= 1;
    recallCauses(item);
    if (item.dirty) {
      this.#enqueue(item, true);
      return 0;
    }
    item.backoff ??= new Backoff(this.#random);
    const delay = retryAfter ?? item.backoff.next();
    this.#delay(item, delay);
    return delay;
  }

  close(): void {
    this.#closed = true;
    for (const item of this.#items.values()) item.timer?.cancel();
    this.#items.clear();
    this.#last = undefined;
    this.#line = [];
    this.#head = 0;
    this.#held = 0;
    this.#wakeIdle();
  }

  #forget(item: Item): void {
    this.#items.delete(item.key);
    if (this.#last === item) this.#last = undefined;
  }

  #delay(item: Item, millis: number): void {
    item.state = 'delayed';
    item.timer = this.#timers.after(millis, () => this.#release(item, true));
  }

  #release(item: Item, isRetry: boolean): void {
    item.timer?.cancel();
    item.timer = undefined;
    this.#enqueue(item, isRetry);
  }

  #enqueue(item: Item, isRetry: boolean): void {
    if (this.#watcher !== undefined) {
      item.since = this.#watcher.now();
      this.#watcher.queued(isRetry);
    }
    item.state = 'ready';
    item.dirty = false;
    this.#line.push(item);
    this.#wakeIdle();
  }

  #wakeIdle(): void {
    const idle = this.#idle;
    if (idle.length === 0) return;
    this.#idle = [];
    for (const wake of idle) wake();
  }
}

function newItem(key: string): Item {
  return {
    key,
    causes: NO_CAUSES,
    taken: NO_CAUSES,
    state: 'ready',
    dirty: false,
    timer: undefined,
    backoff: undefined,
    since: 0,
  };
}

/** What led to work that failed leads to its retry. */
function recallCauses(item: Item): void {
  const newer = item.causes;
  item.causes = [...item.taken];
  for (const cause of newer) addCause(item, cause);
}

/** Most keys have one cause: an array that grows would make room for many. */
const NO_CAUSES: Cause[] = [];

/** A later change of the same resource takes the place of an earlier one. */
function addCause(item: Item, cause: Cause | undefined): void {
  const { causes } = item;
  if (cause === undefined || causes.length >= MAX_CAUSES) return;
  if (causes.length === 0) {
    item.causes = [cause];
    return;
  }
  const known = causes.findIndex(({ key, table }) => key === cause.key && table === cause.table);
  if (known < 0) causes.push(cause);
  else causes[known] = cause;
}
