import type { Bytes } from '@cosi-ts/core';
import type { Resource } from '@cosi-ts/resources';

/** One event of a watch. */
export type WatchEvent =
  | { readonly type: 'created' | 'destroyed'; readonly resource: Resource; readonly bookmark?: Bytes | undefined }
  | {
      readonly type: 'updated';
      readonly resource: Resource;
      /** The state just before. */
      readonly old: Resource;
      readonly bookmark?: Bytes | undefined;
    }
  /** The initial contents are complete (`bootstrapped`), or nothing happened up to here (`noop`). */
  | { readonly type: 'bootstrapped' | 'noop'; readonly resource: Resource; readonly bookmark?: Bytes | undefined }
  /** The watch ended; nothing follows. */
  | { readonly type: 'errored'; readonly error: Error };

/**
 * A running watch, pulled in batches: a batch holds what was pending when it was asked for and never splits a
 * commit. It ends with its signal, with {@link Watch.close}, or after an `errored` event.
 */
export interface Watch extends AsyncIterable<readonly WatchEvent[]>, AsyncDisposable {
  /** The next batch, never empty; undefined once the watch has ended. One pull at a time. */
  next(): Promise<readonly WatchEvent[] | undefined>;
  /** Idempotent; a pending pull resolves with undefined. */
  close(): void;
}

/** The events of a watch one by one. */
export async function* eventsOf(watch: Watch): AsyncGenerator<WatchEvent> {
  for await (const batch of watch) yield* batch;
}

/** Builds a watch around a function that pulls. */
export function watchOf(pull: () => Promise<readonly WatchEvent[] | undefined>, close: () => void): Watch {
  return {
    next: pull,
    close,
    [Symbol.asyncDispose]: () => Promise.resolve(close()),
    [Symbol.asyncIterator]: () => ({
      async next() {
        const batch = await pull();
        return batch === undefined ? { done: true, value: undefined } : { done: false, value: batch };
      },
      return() {
        close();
        return Promise.resolve({ done: true, value: undefined });
      },
    }),
  };
}
