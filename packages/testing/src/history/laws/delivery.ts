import { isTombstone, type Resource } from '@cosi-ts/resources';
import type { WatchEvent } from '@cosi-ts/runtime';
import type { WatchRecord } from '../history.ts';

/**
 * What one event of a watch tells of the history: a resource as it was when the watch began (`contents`), a write that
 * made this version (`put`), or the destruction of this version (`destroy`); nothing of a resource for the others.
 */
export interface Delivery {
  readonly event: WatchEvent;
  readonly batch: number;
  readonly at: number;
  readonly tells: 'contents' | 'absence' | 'put' | 'destroy' | 'nothing';
  readonly resource: Resource | undefined;
}

/** The events of a watch, one by one. */
export function deliveriesOf(record: WatchRecord): readonly Delivery[] {
  const { target, query, bootstrapContents } = record;
  let isBeginning =
    bootstrapContents || (target.id !== undefined && record.from === undefined && record.tailEvents <= 0);
  const deliveries: Delivery[] = [];
  for (const [batch, { at, events }] of record.batches.entries()) {
    for (const event of events) {
      const tells = tellsOf(event);
      deliveries.push({ event, batch, at, tells, resource: 'resource' in event ? event.resource : undefined });
      if (target.id !== undefined || event.type === 'bootstrapped') isBeginning = false;
    }
  }
  return deliveries;

  function tellsOf(event: WatchEvent): Delivery['tells'] {
    switch (event.type) {
      case 'created':
        return isBeginning ? 'contents' : 'put';
      case 'updated':
        return 'put';
      case 'destroyed':
        if ((isBeginning && target.id !== undefined) || isTombstone(event.resource)) return 'absence';
        // What no longer matches is shown as it is now: it left the selection by an update.
        return query === undefined || query.matches(event.resource) ? 'destroy' : 'put';
      case 'bootstrapped':
      case 'noop':
      case 'errored':
        return 'nothing';
    }
  }
}
