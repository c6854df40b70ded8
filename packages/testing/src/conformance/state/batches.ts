import assert from 'node:assert/strict';
import type { EventReader, Seen } from './subject.ts';

/** How a rule reads its watches: event by event, or with an eye on the batches. */
export type Through = (events: EventReader) => EventReader;

export const plainly: Through = (events) => events;

/** Contents come as creations that end with `bootstrapped`, in one batch if they are few; only they have no bookmark. */
export const inBatches: Through = (events) =>
  events.checking((batch) => {
    const end = batch.findIndex(({ type }) => type === 'bootstrapped');
    const contents = batch.slice(0, Math.max(0, end));
    assert.ok(contents.every(isContent), 'contents that hold something else');
    assert.ok(!batch.slice(contents.length).some(isContent), 'contents without their end');
  });

function isContent({ type, bookmark }: Seen): boolean {
  return type === 'created' && bookmark === undefined;
}
