import { CursorOverrunError, type Cursor, type Pace } from '@cosi-ts/core';
import { WatchOverrunError } from '../errors.ts';
import type { Watch, WatchEvent } from '../watch.ts';

export interface TableWatchOptions {
  /** What is pending, as events; empty if nothing of it is to be told. */
  readonly take: () => readonly WatchEvent[];
  /** Gives what comes before the live events, batch by batch; an empty one says that it is not done yet. */
  readonly first?: (() => readonly WatchEvent[] | undefined) | undefined;
  /** Whether to take what is pending may take so long that the loop should turn before. */
  readonly isCostly?: boolean | undefined;
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
    return this.#first === undefined ? this.#live() : this.#begin();
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

  async #begin(): Promise<readonly WatchEvent[] | undefined> {
    for (;;) {
      const batch = this.#told(() => this.#first?.());
      if (batch === undefined) break;
      await this.#options.pace?.yield();
      // An error is told although it closes the watch.
      if (this.#cursor.isClosed && batch.at(-1)?.type !== 'errored') return undefined;
      if (batch.length > 0) return batch;
    }
    this.#first = undefined;
    return this.#cursor.isClosed ? undefined : this.#live();
  }

  #live(): Promise<readonly WatchEvent[] | undefined> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
      const turn = this.#options.isCostly === true ? this.#options.pace?.yield() : undefined;
      if (turn === undefined) this.#cursor.onTurn(this.#onReady);
      else void turn.then(this.#onReady);
    });
  }

  readonly #onReady = (): void => {
    let batch = this.#pull();
    while (batch?.length === 0 && this.#cursor.isReady) {
      const turn = this.#options.pace?.yield();
      if (turn !== undefined) {
        void turn.then(this.#onReady);
        return;
      }
      batch = this.#pull();
    }
    if (batch?.length === 0) {
      this.#cursor.onReady(this.#onReady);
      return;
    }
    const resolve = this.#resolve;
    this.#resolve = undefined;
    resolve?.(batch);
  };

  #pull(): readonly WatchEvent[] | undefined {
    return this.#cursor.isClosed ? undefined : this.#told(this.#options.take);
  }

  /** What goes wrong is the last event. */
  #told<T>(take: () => T): T | readonly WatchEvent[] {
    try {
      return take();
    } catch (thrown) {
      this.close();
      const error = thrown instanceof CursorOverrunError ? new WatchOverrunError(thrown.message) : thrown;
      if (!(error instanceof Error)) throw error;
      return [{ type: 'errored', error }];
    }
  }
}

const OVER = Promise.resolve(undefined);
