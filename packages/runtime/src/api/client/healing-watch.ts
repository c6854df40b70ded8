import { Patience, sleep, type Host } from '@cosi-ts/core';
import type { Pointer } from '@cosi-ts/resources';
import { InvalidBookmarkError } from '../../state/errors.ts';
import type { WatchKindOptions } from '../../state/state.ts';
import { watchOf, type Watch, type WatchEvent } from '../../state/watch.ts';
import { isCurable } from './curable.ts';
import type { Mirror } from './mirror.ts';
import { openWatch, type WatchSource, type WatchTarget } from './raw-watch.ts';
import { readingOf, type Reading } from './reading.ts';

/** A watch lost its stream, and is about to open another. */
export interface Interruption {
  /** What is watched; the id is empty for a whole kind. */
  readonly pointer: Pointer;
  readonly error: unknown;
  /** 1 for the first since all was well. */
  readonly attempt: number;
  /** Milliseconds until the next attempt. */
  readonly retryIn: number;
}

export interface HealingOptions {
  readonly host: Pick<Host, 'clock' | 'random' | 'timers'>;
  /** Milliseconds that a watch tries to get a stream back before it ends with the error: 15 minutes by default. */
  readonly budget?: number | undefined;
  readonly onInterrupted?: ((interruption: Interruption) => void) | undefined;
}

export interface HealingSource extends WatchSource, HealingOptions {
  /** Whether the client was closed: then no attempt can succeed. */
  isClosed(): boolean;
}

/** As in the COSI runtime, which counts from the opening of the watch, though. */
const DEFAULT_BUDGET = 15 * 60_000;

/** Milliseconds that a stream without events must have stood to count as a success. */
const STABLE = 60_000;

/**
 * Opens a watch whose stream may break without its reader noticing: it goes on behind the last bookmark, or, where
 * the server has no history from there on, lists anew and gives the difference to what the reader was told. A reader
 * that takes every event for true always has what the server has, sooner or later. Only what trying again cannot cure
 * ends it with an `errored` event, or what lasts longer than the budget.
 *
 * To tell what went it must know what was there: a watch that begins now lists all the same. One that begins in the
 * past, behind a bookmark or with a tail, knows only what came since, and ends when the server has lost its bookmark.
 * The first stream is not tried again: whoever opens a watch wants to know why it cannot be.
 *
 * @param mirror for this watch alone.
 */
export async function openHealingWatch(
  source: HealingSource,
  mirror: Mirror,
  target: WatchTarget,
  options: WatchKindOptions,
): Promise<Watch> {
  const watch = new HealingWatch(source, readingOf(mirror, target, options), target);
  const close = (): void => {
    options.signal?.removeEventListener('abort', close);
    watch.close();
  };
  options.signal?.addEventListener('abort', close, { once: true });
  try {
    await watch.open();
  } catch (thrown) {
    close();
    throw thrown;
  }
  return watchOf(() => watch.next(), close);
}

class HealingWatch {
  readonly #source: HealingSource;
  readonly #reading: Reading;
  readonly #target: WatchTarget;
  readonly #patience: Patience;
  readonly #closing = new AbortController();
  #stream: Watch | undefined;
  #stoodAt = 0;
  #failure: Error | undefined;
  #pending: readonly WatchEvent[] = [];

  constructor(source: HealingSource, reading: Reading, target: WatchTarget) {
    this.#source = source;
    this.#reading = reading;
    this.#target = target;
    this.#patience = new Patience(source.host, { budget: source.budget ?? DEFAULT_BUDGET });
  }

  async open(): Promise<void> {
    await this.#connect();
    while (!this.#reading.hasBegun && !this.#isClosed) {
      this.#pending = await this.#pull();
      if (this.#failure !== undefined) throw this.#failure;
    }
  }

  async next(): Promise<readonly WatchEvent[] | undefined> {
    try {
      let events = this.#pending;
      this.#pending = [];
      while (events.length === 0 && !this.#isClosed) {
        if (this.#failure !== undefined) await this.#reconnect();
        events = await this.#pull();
      }
      return this.#isClosed ? undefined : events;
    } catch (thrown) {
      if (this.#isClosed) return undefined;
      this.close();
      return [{ type: 'errored', error: asError(thrown) }];
    }
  }

  close(): void {
    this.#closing.abort();
    this.#stream?.close();
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** What the stream tells next. If that is its end, the failure is kept for the next pull. */
  async #pull(): Promise<readonly WatchEvent[]> {
    const batch = await this.#stream?.next();
    if (batch === undefined) return [];
    const { events, failure } = this.#reading.take(batch);
    if (failure === undefined) {
      if (this.#reading.isCaughtUp) this.#patience.succeeded();
      return events;
    }
    this.#stream?.close();
    this.#failure = failure;
    if (this.#source.host.clock.monotonic() - this.#stoodAt >= STABLE) this.#patience.succeeded();
    return events;
  }

  /** @throws what cannot be cured, or has lasted too long */
  async #reconnect(): Promise<void> {
    while (this.#failure !== undefined && !this.#isClosed) {
      const error = this.#failure;
      const isHopeless = !isCurable(error) || this.#source.isClosed();
      const retryIn = isHopeless ? undefined : this.#patience.failed();
      if (retryIn === undefined) throw error;
      const pointer = { ...this.#target, id: this.#target.id ?? '' };
      this.#source.onInterrupted?.({ pointer, error, attempt: this.#patience.failures, retryIn });
      await sleep(this.#source.host.timers, retryIn, this.#closing.signal);
      this.#failure = undefined;
      await this.#connect().catch((thrown: unknown) => this.#refused(thrown));
    }
  }

  async #refused(thrown: unknown): Promise<void> {
    if (!(thrown instanceof InvalidBookmarkError)) {
      this.#failure = asError(thrown);
      return;
    }
    this.#reading.forgetBookmark(thrown);
    // The server is there, and will tell all anew.
    await this.#connect().catch((again: unknown) => void (this.#failure = asError(again)));
  }

  async #connect(): Promise<void> {
    const options = { ...this.#reading.nextStream(), signal: this.#closing.signal };
    this.#stream = await openWatch(this.#source, this.#target, options);
    this.#stoodAt = this.#source.host.clock.monotonic();
  }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
