import { CursorOverrunError, type Change, type EventsCursor, type Pace } from '@cosi-ts/core';
import type { Resource } from '@cosi-ts/resources';
import { WatchOverrunError } from '../errors.ts';
import type { Watch, WatchEvent } from '../watch.ts';
import type { WatchSource } from './source.ts';

/** What a watch makes of a change; undefined: nothing. */
export type Selection = (change: Change<Resource>) => WatchEvent | undefined;

export interface TableWatchOptions {
  /** Gives what comes before the live events, batch by batch. */
  readonly first?: (() => readonly WatchEvent[] | undefined) | undefined;
  /** Absent: every event as all others see it. */
  readonly select?: Selection | undefined;
  /** Whether one who is told nothing for long gets a new bookmark, before the old one falls out of history. */
  readonly refreshes?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly pace?: Pace | undefined;
}

/** A watch of a table: a cursor that is pulled, without any queue. */
export class TableWatch implements Watch {
  readonly #source: WatchSource;
  readonly #cursor: EventsCursor<Resource>;
  readonly #options: TableWatchOptions;
  #first: (() => readonly WatchEvent[] | undefined) | undefined;
  #resolve: ((batch: readonly WatchEvent[] | undefined) => void) | undefined;
  /** Changes passed over since something was last told. */
  #passedOver = 0;

  constructor(source: WatchSource, cursor: EventsCursor<Resource>, options: TableWatchOptions) {
    this.#source = source;
    this.#cursor = cursor;
    this.#options = options;
    this.#first = options.first;
    const { signal } = options;
    if (signal?.aborted === true) cursor.close();
    else signal?.addEventListener('abort', this.#abort, { once: true });
  }

  next(): Promise<readonly WatchEvent[] | undefined> {
    if (this.#resolve !== undefined) return Promise.reject(new TypeError('a watch is pulled by one reader at a time'));
    if (this.#cursor.isClosed) return OVER;
    if (this.#first !== undefined) {
      const batch = this.#first();
      if (batch !== undefined) return this.#paced(batch);
      this.#first = undefined;
    }
    return new Promise((resolve) => {
      this.#resolve = resolve;
      this.#cursor.onTurn(this.#onReady);
    });
  }

  close(): void {
    this.#options.signal?.removeEventListener('abort', this.#abort);
    this.#first = undefined;
    this.#cursor.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  [Symbol.asyncIterator](): AsyncIterator<readonly WatchEvent[], undefined> {
    return {
      next: async () => {
        const batch = await this.next();
        return batch === undefined ? { done: true, value: undefined } : { done: false, value: batch };
      },
      return: () => {
        this.close();
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }

  readonly #abort = (): void => this.close();

  readonly #onReady = (): void => {
    const batch = this.#cursor.isClosed ? undefined : this.#pull();
    if (batch?.length === 0) {
      this.#cursor.onReady(this.#onReady);
      return;
    }
    const resolve = this.#resolve;
    this.#resolve = undefined;
    resolve?.(batch);
  };

  async #paced(batch: readonly WatchEvent[]): Promise<readonly WatchEvent[] | undefined> {
    await this.#options.pace?.yield();
    return this.#cursor.isClosed ? undefined : batch;
  }

  #pull(): readonly WatchEvent[] {
    try {
      const from = this.#cursor.skip();
      const { select } = this.#options;
      return select === undefined
        ? this.#source.batch(from, this.#cursor.next)
        : this.#selected(from, this.#cursor.next, select);
    } catch (thrown) {
      this.close();
      const error = thrown instanceof CursorOverrunError ? new WatchOverrunError(thrown.message) : thrown;
      if (!(error instanceof Error)) throw error;
      return [{ type: 'errored', error }];
    }
  }

  #selected(from: number, to: number, select: Selection): readonly WatchEvent[] {
    const { ring } = this.#source.table;
    const events: WatchEvent[] = [];
    for (let sequence = from; sequence < to; sequence += 1) {
      const event = select(ring.at(sequence));
      if (event !== undefined) events.push(event);
    }
    if (events.length > 0) this.#passedOver = 0;
    else this.#passedOver += to - from;
    if (this.#options.refreshes === true && this.#passedOver >= ring.capacity >> 2) {
      this.#passedOver = 0;
      events.push(this.#source.idle(ring.at(to - 1)));
    }
    return events;
  }
}

const OVER = Promise.resolve(undefined);
