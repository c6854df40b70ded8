import { Bytes } from '@cosi-ts/core';
import { isTombstone, tombstone } from '@cosi-ts/resources';
import { InvalidBookmarkError } from '../../state/errors.ts';
import type { WatchKindOptions } from '../../state/state.ts';
import type { WatchEvent } from '../../state/watch.ts';
import type { Mirror } from './mirror.ts';
import type { WatchTarget } from './raw-watch.ts';

/** What a batch of a stream means to the reader of a watch. */
export interface Taken {
  readonly events: readonly WatchEvent[];
  /** Why the stream ended, if it did. */
  readonly failure?: Error | undefined;
}

type Telling = Exclude<WatchEvent, { readonly type: 'errored' }>;

/** What the reader of a watch knows, whichever streams it comes from, and what the next stream has to tell. */
export interface Reading {
  /** Whether there is nothing that the reader must know before the watch stands. */
  readonly hasBegun: boolean;
  /** Whether everything that there was has been told. */
  readonly isCaughtUp: boolean;
  /** How to open the next stream. @throws if nothing can tell what is missing */
  nextStream(): WatchKindOptions;
  /** The server has no history behind the bookmark any more. @throws the same if nothing else can tell */
  forgetBookmark(refused: InvalidBookmarkError): void;
  take(batch: readonly WatchEvent[]): Taken;
}

export function readingOf(mirror: Mirror, target: WatchTarget, options: WatchKindOptions): Reading {
  const isLate = options.from !== undefined || (options.tailEvents ?? 0) > 0;
  return isLate ? new LateReading(options) : new MirroredReading(mirror, target, options);
}

/** Of a watch that begins with what there is. A new stream may list it anew: the mirror makes that a difference. */
class MirroredReading implements Reading {
  readonly #mirror: Mirror;
  readonly #target: WatchTarget;
  readonly #options: WatchKindOptions;
  readonly #isKind: boolean;
  #bookmark: Bytes | undefined;
  /** While contents are listed: the ids so far. */
  #listed: Set<string> | undefined;
  #knowsBeginning = false;

  constructor(mirror: Mirror, target: WatchTarget, options: WatchKindOptions) {
    this.#mirror = mirror;
    this.#target = target;
    this.#options = options;
    this.#isKind = target.id === undefined;
  }

  /** Contents that the reader does not want to hear are known first: it would take later ones for changes. */
  get hasBegun(): boolean {
    return this.#knowsBeginning || !this.#isKind || this.#options.bootstrapContents === true;
  }

  get isCaughtUp(): boolean {
    return this.#listed === undefined;
  }

  nextStream(): WatchKindOptions {
    const { query } = this.#options;
    if (this.#bookmark !== undefined) return { query, from: this.#bookmark };
    this.#listed = this.#isKind ? new Set() : undefined;
    return { query, bootstrapContents: this.#isKind };
  }

  forgetBookmark(refused: InvalidBookmarkError): void {
    if (this.#bookmark === undefined) throw refused;
    this.#bookmark = undefined;
  }

  take(batch: readonly WatchEvent[]): Taken {
    const events: WatchEvent[] = [];
    for (const event of batch) {
      if (event.type === 'errored') return { events, failure: event.error };
      this.#bookmark = event.bookmark;
      if (event.type === 'bootstrapped') this.#endListing(event, events);
      else if (event.type !== 'noop') this.#change(event, events);
    }
    return { events };
  }

  #change(event: Telling, events: WatchEvent[]): void {
    const { resource, bookmark } = event;
    const { id } = resource.metadata;
    this.#listed?.add(id);
    const change =
      event.type === 'destroyed'
        ? this.#mirror.remove(id, isTombstone(resource) ? undefined : resource, bookmark)
        : this.#mirror.put(resource, bookmark);
    // Of one resource it is told, too, that it is not there.
    if (!this.#isKind && !this.#knowsBeginning) events.push(change ?? event);
    else if (change !== undefined && this.hasBegun) events.push(change);
    if (!this.#isKind) this.#knowsBeginning = true;
  }

  #endListing(event: Telling, events: WatchEvent[]): void {
    const listed = this.#listed;
    this.#listed = undefined;
    if (listed !== undefined) {
      for (const { metadata } of this.#mirror.table.list()) {
        if (listed.has(metadata.id)) continue;
        const change = this.#mirror.remove(metadata.id, undefined);
        if (change !== undefined && this.hasBegun) events.push(change);
      }
    }
    if (this.#knowsBeginning) {
      // The server may be another, or have gone back in time: what is the same here was perhaps not the same in between.
      this.#mirror.table.relist();
      // What was told of a re-list has no bookmarks; the last of it stands for all.
      const last = events.pop();
      if (last !== undefined) events.push({ ...last, bookmark: event.bookmark } as WatchEvent);
      return;
    }
    this.#knowsBeginning = true;
    if (this.#options.bootstrapContents === true) events.push(event);
    if (this.#options.bootstrapBookmark !== true) return;
    const { namespace, type } = this.#target;
    events.push({ type: 'noop', resource: tombstone({ namespace, type, id: '' }), bookmark: event.bookmark });
  }
}

/** Of a watch that begins in the past: it knows no more than its bookmark. */
class LateReading implements Reading {
  readonly hasBegun = true;
  readonly isCaughtUp = true;
  readonly #options: WatchKindOptions;
  #bookmark: Bytes | undefined;
  #isTold = false;

  constructor(options: WatchKindOptions) {
    this.#options = options;
    this.#bookmark = options.from;
  }

  nextStream(): WatchKindOptions {
    const { query } = this.#options;
    if (!this.#isTold) return { ...this.#options, signal: undefined };
    if (this.#bookmark === undefined) throw new InvalidBookmarkError(Bytes.empty, 'the last event had none');
    return { query, from: this.#bookmark };
  }

  forgetBookmark(refused: InvalidBookmarkError): void {
    throw refused;
  }

  take(batch: readonly WatchEvent[]): Taken {
    const end = batch.findIndex(({ type }) => type === 'errored');
    const events = end < 0 ? batch : batch.slice(0, end);
    const last = events.at(-1);
    if (last !== undefined && last.type !== 'errored') {
      this.#isTold = true;
      this.#bookmark = last.bookmark;
    }
    const error = batch[end];
    return { events, failure: error?.type === 'errored' ? error.error : undefined };
  }
}
