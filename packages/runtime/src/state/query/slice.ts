import type { Query } from './query.ts';

/** How many resources are asked at one go, if it costs little to ask one. */
const AT_ONCE = 1000;

/** Characters times atoms of a pattern, and terms that ask for labels: some 2 ms at worst. */
const BUDGET = 40_000;

/**
 * How many of the resources from a place on may be asked before the loop may turn: at least one.
 *
 * @param idAt the id of a resource at a place, from `from` to `end`.
 */
export function sliceOf(query: Query | undefined, from: number, end: number, idAt: (index: number) => string): number {
  const most = Math.min(end - from, AT_ONCE);
  const { costPerCharacter = 0, costPerLabels = 0 } = query ?? {};
  if (costPerCharacter === 0) return costPerLabels === 0 ? most : Math.min(most, Math.ceil(BUDGET / costPerLabels));
  let left = BUDGET;
  let count = 0;
  while (count < most && left > 0) {
    left -= costPerLabels + costPerCharacter * idAt(from + count).length;
    count += 1;
  }
  return count;
}

/** Whether to ask one resource more may take so long that the loop should turn before. */
export function isCostly(query: Query | undefined): boolean {
  return query?.costPerCharacter !== undefined || (query?.costPerLabels ?? 0) > BUDGET / AT_ONCE;
}
