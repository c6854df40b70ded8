import type { Owner } from '../owner/owner.ts';
import type { ChangedBatch, ChangesCursor } from './changes-cursor.ts';

/**
 * Hands every batch of a cursor to `take` as it comes, until the owner ends, and closes the cursor then. For what is
 * done at once; whoever has to wait between two batches pulls the cursor itself.
 */
export function follow<V>(owner: Owner, cursor: ChangesCursor<V>, take: (batch: ChangedBatch<V>) => void): void {
  const close = (): void => cursor.close();
  owner.attach({ close, drop: close });
  const next = (): void => {
    for (let batch = cursor.pull(); batch !== undefined; batch = cursor.pull()) take(batch);
    if (!cursor.isClosed) cursor.onReady(next);
  };
  cursor.onReady(next);
}
