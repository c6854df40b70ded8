import { aborted, linkedAbort } from '@cosi-ts/core';
import type { Pointer } from '@cosi-ts/resources';
import { TornDownError, WatchEndedError } from '../errors.ts';
import type { State } from '../state.ts';
import type { Watch } from '../watch.ts';
import { watchUntil } from './watch-until.ts';

/** Aborts when a resource goes; disposing of it ends the watch behind it. */
export interface TeardownSignal extends Disposable {
  readonly signal: AbortSignal;
}

/**
 * A signal for work on behalf of a resource: it aborts with TornDownError once the resource is tearing down or not there
 * (at once, if it is so already), with the error that ends the watch, or with the reason of `options.signal`.
 */
export async function teardownSignal(
  state: Pick<State, 'watch'>,
  pointer: Pointer,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<TeardownSignal> {
  const watch = await watchUntil(state, pointer, options.signal);
  const gone = linkedAbort(options.signal);
  void follow(watch, pointer).then((reason) => reason !== undefined && gone.abort(reason));
  void aborted(gone.signal).then(() => watch.close());
  return {
    signal: gone.signal,
    [Symbol.dispose]() {
      gone[Symbol.dispose]();
      watch.close();
    },
  };
}

/** @returns why the work has to end; undefined if somebody closed the watch. */
async function follow(watch: Watch, pointer: Pointer): Promise<Error | undefined> {
  try {
    for await (const batch of watch) {
      for (const event of batch) {
        if (event.type === 'errored') return event.error;
        if (event.type === 'destroyed' || event.resource.metadata.phase === 'tearingDown') {
          return new TornDownError(pointer);
        }
      }
    }
    return undefined;
  } catch (thrown) {
    return thrown instanceof Error ? thrown : new WatchEndedError(pointer);
  }
}
