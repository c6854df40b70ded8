import type { Bytes, Change, Table } from '@cosi-ts/core';
import { tombstone, type Kind, type Resource, type Tombstone } from '@cosi-ts/resources';
import { decodeBookmark, encodeBookmark, type BookmarkPlace } from '../bookmark.ts';
import type { WatchEvent } from '../watch.ts';

/** What the watches of a kind read, and all that they share: an event and its bookmark are made once for all of them. */
export class WatchSource {
  readonly kind: Kind;
  readonly table: Table<Resource>;
  readonly #prefix: Bytes;
  readonly #position: () => number;
  /** The last batch: watches that keep up with each other take the same. */
  #batch: readonly WatchEvent[] = [];
  #from = 0;
  #to = 0;

  /**
   * @param prefix what bookmarks of this store and kind begin with.
   * @param position the store's position now.
   */
  constructor(kind: Kind, table: Table<Resource>, prefix: Bytes, position: () => number) {
    this.kind = kind;
    this.table = table;
    this.#prefix = prefix;
    this.#position = position;
  }

  /** Position of the store's last commit. */
  get position(): number {
    return this.#position();
  }

  /** All events of a stretch of the ring. */
  batch(from: number, to: number): readonly WatchEvent[] {
    if (from !== this.#from || to !== this.#to) {
      const events: WatchEvent[] = [];
      for (let sequence = from; sequence < to; sequence += 1) events.push(this.eventOf(this.table.ring.at(sequence)));
      this.#batch = events;
      this.#from = from;
      this.#to = to;
    }
    return this.#batch;
  }

  eventOf(change: Change<Resource>): WatchEvent {
    change.derived ??= this.#newEvent(change);
    return change.derived as WatchEvent;
  }

  /** An event that a selection makes of an update that crosses its edge. */
  crossing(type: 'created' | 'destroyed', resource: Resource, change: Change<Resource>): WatchEvent {
    return new ChangeEvent(type, resource, undefined, this, change) as WatchEvent;
  }

  /** Nothing happened up to a change that concerns whoever is told. */
  idle(change: Change<Resource>): WatchEvent {
    return { type: 'noop', resource: this.nobody(), bookmark: this.bookmarkOf(change) };
  }

  nobody(): Tombstone {
    return tombstone({ ...this.kind, id: '' });
  }

  bookmarkOf({ commit, index }: Change<Resource>): Bytes {
    return encodeBookmark(this.#prefix, { position: commit.position, index });
  }

  /** In front of a place in the ring. */
  bookmarkBefore(sequence: number): Bytes {
    const { ring } = this.table;
    if (sequence >= ring.next) return this.bookmarkAt(this.#position());
    const { commit, index } = ring.at(sequence);
    return encodeBookmark(this.#prefix, { position: commit.position, index: index - 1 });
  }

  /** Behind everything that was committed up to a position. */
  bookmarkAt(position: number): Bytes {
    return encodeBookmark(this.#prefix, { position, index: Number.MAX_SAFE_INTEGER });
  }

  /** @returns undefined if it is no bookmark of this store and kind, or one of the future. */
  placeOf(bookmark: Bytes): BookmarkPlace | undefined {
    const place = decodeBookmark(this.#prefix, bookmark);
    return place === undefined || place.position > this.#position() ? undefined : place;
  }

  #newEvent(change: Change<Resource>): WatchEvent {
    const { before, after } = change;
    if (after === undefined) {
      const gone = before ?? tombstone({ ...this.kind, id: change.key });
      return new ChangeEvent('destroyed', gone, undefined, this, change) as WatchEvent;
    }
    const type = before === undefined ? 'created' : 'updated';
    return new ChangeEvent(type, after, before, this, change) as WatchEvent;
  }
}

/** Encodes its bookmark when it is first asked for: most are not. */
class ChangeEvent {
  readonly type: 'created' | 'updated' | 'destroyed';
  readonly resource: Resource;
  readonly old: Resource | undefined;
  readonly #source: WatchSource;
  readonly #change: Change<Resource>;
  #bookmark: Bytes | undefined;

  constructor(
    type: ChangeEvent['type'],
    resource: Resource,
    old: Resource | undefined,
    source: WatchSource,
    change: Change<Resource>,
  ) {
    this.type = type;
    this.resource = resource;
    this.old = old;
    this.#source = source;
    this.#change = change;
  }

  get bookmark(): Bytes {
    this.#bookmark ??= this.#source.bookmarkOf(this.#change);
    return this.#bookmark;
  }
}
