import { linkedAbort, messageOf, type Logger, type Pace } from '@cosi-ts/core';
import type { Kind, Pointer } from '@cosi-ts/resources';
import type { Observable, Subscriber } from 'rxjs';
import type { State, WatchKindOptions, WatchOptions } from '../state.ts';
import type { Watch, WatchEvent } from '../watch.ts';
import { contained } from './contained.ts';

export interface ObserveOptions {
  /** Told what a subscriber throws: it loses its subscription, and nobody else notices. */
  readonly log: Logger;
  /** Lets the event loop turn between two batches. */
  readonly pace?: Pace | undefined;
}

/**
 * The watch of a resource for users of RxJS: each subscription is a watch of its own, which is pulled when its subscriber
 * is done with the batch before, so that nothing is queued. An `errored` event ends it as an error.
 */
export function watch$(
  state: Pick<State, 'watch'>,
  pointer: Pointer,
  options: WatchOptions & ObserveOptions,
): Observable<readonly WatchEvent[]> {
  return observe((signal) => state.watch(pointer, { ...options, signal }), options);
}

/** The same for all resources of a kind. */
export function watchKind$(
  state: Pick<State, 'watchKind'>,
  kind: Kind,
  options: WatchKindOptions & ObserveOptions,
): Observable<readonly WatchEvent[]> {
  return observe((signal) => state.watchKind(kind, { ...options, signal }), options);
}

function observe(
  open: (signal: AbortSignal) => Promise<Watch>,
  { signal, log, pace }: ObserveOptions & Pick<WatchOptions, 'signal'>,
): Observable<readonly WatchEvent[]> {
  const report = (thrown: unknown): void => log.error('a subscriber of a watch failed', { error: messageOf(thrown) });
  return contained(report, (subscriber) => {
    const unsubscribed = linkedAbort(signal);
    void deliver(() => open(unsubscribed.signal), subscriber, pace);
    return () => unsubscribed.abort();
  });
}

async function deliver(
  open: () => Promise<Watch>,
  subscriber: Subscriber<readonly WatchEvent[]>,
  pace: Pace | undefined,
): Promise<void> {
  try {
    await using watch = await open();
    for await (const batch of watch) {
      const last = batch.at(-1);
      const events = last?.type === 'errored' ? batch.slice(0, -1) : batch;
      if (events.length > 0) subscriber.next(events);
      if (last?.type === 'errored') subscriber.error(last.error);
      if (subscriber.closed) return;
      await pace?.yield();
    }
    subscriber.complete();
  } catch (thrown) {
    subscriber.error(thrown);
  }
}
