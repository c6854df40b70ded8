import { memo, type Changed } from '@cosi-ts/core';
import { encodeDeletion, hasData, joinEntries } from '../../wire/entries.ts';
import type { Packed } from '../../wire/packed.ts';
import type { StoredAffiliate } from '../state/stored-affiliate.ts';

/** The messages that watches send after their first, made once for all that send them around the same time. */
export interface WatchMessages {
  /** What tells of changes in their order. Updates that follow each other are told in one message. */
  of(changes: readonly Changed<StoredAffiliate>[]): Uint8Array[];
}

interface Update {
  readonly entry: Packed;
  readonly position: number;
}

/** Messages of one affiliate that are kept: as many as a cluster has affiliates, some 600 bytes each. */
const SINGLE = 1024;
/** Messages of several updates that are kept. */
const JOINED = 64;

export function watchMessages(): WatchMessages {
  const deletion = memo(SINGLE, encodeDeletion);
  const single = memo(SINGLE, (entry: Packed) => joinEntries([entry]));
  const several = memo(JOINED, (updates: readonly Update[]) => joinEntries(updates.map(({ entry }) => entry)), rangeOf);
  return {
    of(changes) {
      const messages: Uint8Array[] = [];
      let updates: Update[] = [];
      const tellUpdates = (): void => {
        const [first, second] = updates;
        if (first !== undefined) messages.push(second === undefined ? single(first.entry) : several(updates));
        updates = [];
      };
      for (const { key, value, position, recreated } of changes) {
        // Clients ignore what has no data: what they know of the node before it was deleted would stay for ever.
        if (value === undefined || (recreated === true && !hasData(value.entry))) {
          tellUpdates();
          messages.push(deletion(key));
        }
        if (value !== undefined) updates.push({ entry: value.entry, position });
      }
      tellUpdates();
      return messages;
    },
  };
}

/**
 * All updates from one position to another are the same as long as they are as many: affiliates that change again leave
 * the range, and none ever enters it.
 */
function rangeOf(updates: readonly Update[]): string {
  return `${updates[0]?.position} ${updates.at(-1)?.position} ${updates.length}`;
}
