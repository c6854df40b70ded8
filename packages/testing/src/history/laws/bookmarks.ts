import { kindKey } from '@cosi-ts/resources';
import { StateError } from '@cosi-ts/runtime';
import type { Violation, WatchRecord } from '../history.ts';
import type { Delivery } from './delivery.ts';
import { nameOf } from './watch-laws.ts';

/** Where a bookmark was given: behind this event of this watch. */
export interface Origin {
  readonly record: WatchRecord;
  readonly index: number;
}

/** Finds where the bookmark that a watch went on from was given: by every watch that gave it. */
export type Origins = (record: WatchRecord) => readonly Origin[];

export function originsOf(deliveries: ReadonlyMap<WatchRecord, readonly Delivery[]>): Origins {
  const places = new Map<string, Origin[]>();
  const keyOf = (record: WatchRecord, bookmark: string): string => `${kindKey(record.target)} ${bookmark}`;
  for (const [record, told] of deliveries) {
    for (const [index, { event }] of told.entries()) {
      if (!('bookmark' in event) || event.bookmark === undefined) continue;
      const key = keyOf(record, event.bookmark.toBase64());
      const known = places.get(key);
      if (known === undefined) places.set(key, [{ record, index }]);
      else known.push({ record, index });
    }
  }
  return (record) => (record.from && places.get(keyOf(record, record.from.toBase64()))) ?? [];
}

/** Whether watches were resumed, and refused, as they should. */
export function bookmarkLaws(
  records: readonly WatchRecord[],
  origins: Origins,
  deliveries: ReadonlyMap<WatchRecord, readonly Delivery[]>,
): readonly Violation[] {
  return records.flatMap((record): readonly Violation[] => {
    const { from, opened, refusal } = record;
    if (from === undefined) return [];
    const given = origins(record);
    const [origin] = given;
    if (opened !== undefined) {
      if (origin === undefined) return [{ law: 'W14', message: `${nameOf(record)} took a bookmark of another` }];
      return repeated(record, origin, origins, deliveries);
    }
    // A state that has stopped says nothing about a bookmark.
    if (origin === undefined || !(refusal instanceof StateError) || refusal.code === 'unknown-outcome') return [];
    if (refusal.code !== 'invalid-bookmark') {
      return [{ law: 'W5', message: `${nameOf(record)} was refused with ${refusal.code}` }];
    }
    return given.some((place) => isFresh(record, place, deliveries))
      ? [{ law: 'W15', message: `${nameOf(record)} was refused the newest bookmark of a watch that had caught up` }]
      : [];
  });
}

/** The last bookmark of a watch that had been told everything, with nothing done since. */
function isFresh(
  record: WatchRecord,
  { record: source, index }: Origin,
  deliveries: ReadonlyMap<WatchRecord, readonly Delivery[]>,
): boolean {
  const told = deliveries.get(source) ?? [];
  // A watch with a query is given bookmarks while nothing matches if it asked for one at first.
  const isKept = source.target.id === undefined && (source.query === undefined || source.bootstrapBookmark);
  const { called } = record;
  const hadCaughtUp = source.caughtUp.some((moment) => moment < called) && (source.closed ?? called) >= called;
  return isKept && hadCaughtUp && index === told.length - 1;
}

/** What a watch gives again though it, or the one that it goes on for, gave it before the bookmark. */
function repeated(
  record: WatchRecord,
  origin: Origin,
  origins: Origins,
  deliveries: ReadonlyMap<WatchRecord, readonly Delivery[]>,
): readonly Violation[] {
  const before = new Set<string>();
  let place: Origin | undefined = origin;
  for (let left = 100; place !== undefined && left > 0; left -= 1) {
    for (const delivery of (deliveries.get(place.record) ?? []).slice(0, place.index + 1))
      before.add(identity(delivery));
    [place] = origins(place.record);
  }
  return (deliveries.get(record) ?? [])
    .filter((delivery) => delivery.tells !== 'nothing' && before.has(identity(delivery)))
    .map(({ event, resource }) => ({
      law: 'W2',
      message: `${nameOf(record)} gives ${event.type} ${resource?.metadata.id}@${resource?.metadata.version} again`,
    }));
}

function identity({ tells, resource }: Delivery): string {
  return `${tells === 'destroy' ? 'destroy' : 'put'} ${resource?.metadata.version} ${resource?.metadata.id}`;
}
