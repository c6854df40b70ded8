import type { Change, EventsCursor } from '@cosi-ts/core';
import type { Resource } from '@cosi-ts/resources';
import type { Query } from '../query/query.ts';
import { sliceOf } from '../query/slice.ts';
import type { WatchEvent } from '../watch.ts';
import type { WatchSource } from './source.ts';

/**
 * What a watch with a query takes: the events of what it selects. One who is told nothing for long gets a new bookmark,
 * before the old one falls out of history.
 */
export function selecting(
  source: WatchSource,
  cursor: EventsCursor<Resource>,
  query: Query,
): () => readonly WatchEvent[] {
  const { ring } = source.table;
  /** Changes passed over since something was last told. */
  let passedOver = 0;
  const idAt = (sequence: number): string => ring.at(sequence).key;
  return () => {
    const begin = Math.max(cursor.next, ring.first);
    const changes = cursor.pull(sliceOf(query, begin, ring.next, idAt));
    const events: WatchEvent[] = [];
    for (const change of changes) {
      const event = selected(source, query, change);
      if (event !== undefined) events.push(event);
    }
    const last = changes.at(-1);
    passedOver = events.length > 0 ? 0 : passedOver + changes.length;
    if (last !== undefined && passedOver >= ring.capacity >> 2) {
      passedOver = 0;
      events.push(source.idle(last));
    }
    return events;
  };
}

/** An update that crosses the edge of the selection becomes a creation or a destruction. */
function selected(source: WatchSource, query: Query, change: Change<Resource>): WatchEvent | undefined {
  const { before, after } = change;
  const was = before !== undefined && query.matches(before);
  const is = after !== undefined && query.matches(after);
  if (before === undefined || after === undefined) return was || is ? source.eventOf(change) : undefined;
  if (was && is) return source.eventOf(change);
  if (is) return source.crossing('created', after, change);
  return was ? source.crossing('destroyed', after, change) : undefined;
}
