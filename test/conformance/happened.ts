import { StateError } from '@cosi-ts/runtime';
import type { History } from '@cosi-ts/testing';

/** What happened in a history, by name: laws that had no occasion prove nothing. */
export function happenedIn({ operations, watches }: History): readonly string[] {
  const happened = new Set<string>();
  for (const { command, outcome } of operations) {
    happened.add(outcome?.kind === 'refused' ? outcome.code : `${command.do} ${outcome?.kind}`);
  }
  for (const { from, opened, refusal, query, target, batches, tailEvents } of watches) {
    if (refusal instanceof StateError) happened.add(refusal.code);
    const how = from === undefined ? '' : 'resumed ';
    if (opened !== undefined) happened.add(`${how}watch of ${target.id === undefined ? 'a kind' : 'one'}`);
    if (tailEvents > 0) happened.add('tail');
    for (const { events } of batches) {
      if (events.length > 1) happened.add('batch of several');
      for (const event of events) {
        happened.add(event.type);
        if (event.type === 'destroyed' && query !== undefined && !query.matches(event.resource)) happened.add('left');
        if (event.type === 'errored') happened.add(event.error instanceof StateError ? event.error.code : 'broken');
      }
    }
  }
  return [...happened];
}
