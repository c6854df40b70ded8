import type { Query } from './query.ts';

/** How many resources are asked at one go, if it costs little to ask one. */
const AT_ONCE = 1000;

/** Characters times atoms of a pattern: some 2 ms at worst. */
const BUDGET = 40_000;

/**
 * How many of the resources from a place on may be asked before the loop may turn: at least one.
 *
 * @param idAt the id of a resource at a place, from `from` to `end`.
 */
export function sliceOf(query: Query | undefined, from: number, end: number, idAt: (index: number) => string): number {
  const most = Math.min(end - from, AT_ONCE);
  const cost = query?.costPerCharacter ?? 0;
  if (cost === 0) return most;
  let left = BUDGET;
  let count = 0;
  while (count < most && left > 0) {
    left -= cost * idAt(from + count).length;
    count += 1;
  }
  return count;
}
