import { NO_CAUSES, type Change, type Commit, type Table, type Timestamp } from '@cosi-ts/core';
import type { Resource } from '@cosi-ts/resources';
import type { Origin } from './state.ts';

/** The last change of a key at a position or before it, from the table itself or from what history holds. */
export function originIn(table: Table<Resource>, id: string, at = Number.POSITIVE_INFINITY): Origin | undefined {
  const entry = table.find(id);
  if (entry === undefined || entry.position > at) return fromHistory(table, id, at);
  const { value, last, position, origin } = entry;
  const resource = value ?? last;
  if (resource === undefined) return undefined;
  return {
    event: value === undefined ? 'destroyed' : eventOf(value),
    resource,
    ...(origin === undefined ? { position, time: resource.metadata.updated, ...NOBODY } : attributionOf(origin)),
  };
}

const NOBODY = { actor: '', causes: NO_CAUSES } as const;

function fromHistory({ ring }: Table<Resource>, id: string, at: number): Origin | undefined {
  for (let sequence = ring.next - 1; sequence >= ring.first; sequence -= 1) {
    const { key, before, after, commit }: Change<Resource> = ring.at(sequence);
    if (key !== id || commit.position > at) continue;
    const resource = after ?? before;
    if (resource === undefined) return undefined;
    return { event: after === undefined ? 'destroyed' : eventOf(after), resource, ...attributionOf(commit) };
  }
  return undefined;
}

function attributionOf({ position, time, actor, causes }: Commit): {
  readonly position: number;
  readonly time: Timestamp;
} & Pick<Origin, 'actor' | 'causes'> {
  return { position, time, actor, causes };
}

function eventOf({ metadata }: Resource): Origin['event'] {
  if (metadata.phase === 'tearingDown') return 'tornDown';
  return metadata.created === metadata.updated ? 'created' : 'updated';
}
