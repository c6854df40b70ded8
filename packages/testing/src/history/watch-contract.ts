import type { History, Violation } from './history.ts';
import { bookmarkLaws, originsOf } from './laws/bookmarks.ts';
import { deliveriesOf } from './laws/delivery.ts';
import { logsOf } from './laws/key-log.ts';
import { orderLaws, type ContractOptions } from './laws/order.ts';
import { watchLaws } from './laws/watch-laws.ts';
import { linearizable } from './linearizable.ts';

/**
 * What every state and every watch promises, checked on what clients were told:
 *
 * | law | what it says |
 * |---|---|
 * | W1 to W3 | every event once, in one order, and none is missing |
 * | W4 | the events of a transaction come together |
 * | W5, W6, W14, W15 | a watch goes on behind a bookmark exactly there; a foreign one is refused, a fresh one is not |
 * | W7 | a query selects, and turns an update that crosses its edge into a creation or a destruction |
 * | W8, W9 | the old value is the one before; creations and destructions take turns |
 * | W10, W11 | contents are those of one moment, and everything after it is told |
 * | W12, W13 | a watch that loses something says so, and says nothing after it |
 * | W17 | what was delivered is never changed |
 * | L1, L2 | each resource's operations happened one after the other; a list shows one moment |
 * | L4 | no version is used twice for a name |
 *
 * That one watch does not hold up another (W16) is not in a history, nor is what a crash loses (L3) unless it was told:
 * then it is L1. `laws.test.ts` has for each of the others a history that breaks it.
 *
 * @returns the laws that are broken; the first says most, since one often leads to others.
 */
export function watchContract(history: History, options: ContractOptions = {}): readonly Violation[] {
  const deliveries = new Map(history.watches.map((record) => [record, deliveriesOf(record)]));
  const logs = logsOf(history, deliveries);
  const origins = originsOf(deliveries);
  const plain = [
    ...history.watches.flatMap((record) => watchLaws(record, deliveries.get(record) ?? [], logs)),
    ...bookmarkLaws(history.watches, origins, deliveries),
    ...logs.violations,
  ];
  // Where versions are no order, there is none to be found.
  if (logs.violations.some(({ law }) => law === 'L4')) return plain;
  return [...plain, ...orderLaws(history, logs, deliveries, origins, options), ...linearizable(history)];
}
