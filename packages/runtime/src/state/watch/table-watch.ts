import { CursorOverrunError, type Cursor, type Pace } from '@cosi-ts/core';
import { WatchOverrunError } from '../errors.ts';
import type { Watch, WatchEvent } from '../watch.ts';

export interface TableWatchOptions {
  /** What is pending, as events; empty if nothing of it is to be told. */
  readonly take: () => readonly WatchEvent[];
  /** Gives what comes before the live events, batch by batch. */
  readonly first?: (() => readonly WatchEvent[] | undefined) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly pace?: Pace | undefined;
}

/** A watch of a table: a cursor that is pulled, without any queue. */
export class TableWatch implements Watch {
  readonly #cursor: Cursor;
  readonly #options: TableWatchOptions;
  #first: (() => readonly WatchEvent[] | undefined) | undefined;
  #resolve: ((batch: readonly WatchEvent[] | undefined) => void) | undefined;

  constructor(cursor: Cursor, options: TableWatchOptions) {
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
      return this.#options.take();
    } catch (thrown) {
      this.close();
      const error = thrown instanceof CursorOverrunError ? new WatchOverrunError(thrown.message) : thrown;
      if (!(error instanceof Error)) throw error;
      return [{ type: 'errored', error }];
    }
  }
}

const OVER = Promise.resolve(undefined);
