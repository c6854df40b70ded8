import type { Operation } from '../history.ts';
import type { Delivery } from './delivery.ts';
import { keyOf, type Logs } from './key-log.ts';

/** Transactions whose events a watch did not give all at once. */
export function splitTransactions(told: readonly Delivery[], { byKey }: Logs): readonly string[] {
  const begun = new Map<Operation, number>();
  let last: Operation | undefined;
  return told.flatMap(({ tells, resource, batch }) => {
    if (resource === undefined || (tells !== 'put' && tells !== 'destroy')) return [];
    const { id, version } = resource.metadata;
    const by = byKey.get(keyOf(resource.metadata))?.find(tells, version)?.by;
    // Nobody can tell whose this one is: it may be a part as well.
    if (by === undefined) return [];
    const transaction = by.of;
    const before = transaction && begun.get(transaction);
    const isSplit = before !== undefined && (before !== batch || last !== transaction);
    if (transaction !== undefined) begun.set(transaction, batch);
    last = transaction;
    return isSplit ? [`gives ${tells} of ${id}@${version} apart from the rest of its transaction`] : [];
  });
}
