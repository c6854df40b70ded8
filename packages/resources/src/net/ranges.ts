/** The whole numbers from `first` to `last`, both included. */
export interface Range {
  readonly first: bigint;
  readonly last: bigint;
}

/** Ranges in ascending order that neither overlap nor touch, so that equal sets are equal lists. */
export type Ranges = readonly Range[];

/** All of both. Costs the shorter list times a search in the longer, and one copy of that. */
export function uniteRanges(a: Ranges, b: Ranges): Ranges {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  if (short.length === 0) return long;
  const united = [...long];
  for (const { first, last } of short) {
    const from = firstEndingAt(united, first - 1n);
    let to = from;
    let merged = { first, last };
    for (let next = united[to]; next !== undefined && next.first <= last + 1n; next = united[++to]) {
      merged = { first: least(merged.first, next.first), last: next.last > last ? next.last : last };
    }
    united.splice(from, to - from, merged);
  }
  return united;
}

/** What is in the first list and not in the second. */
export function subtractRanges(ranges: Ranges, taken: Ranges): Ranges {
  if (taken.length === 0) return ranges;
  const left: Range[] = [];
  for (const { first, last } of ranges) {
    let start = first;
    for (let at = firstEndingAt(taken, first); at < taken.length; at++) {
      const hole = taken[at] as Range;
      if (hole.first > last) break;
      if (hole.first > start) left.push({ first: start, last: hole.first - 1n });
      start = hole.last + 1n;
    }
    if (start <= last) left.push({ first: start, last });
  }
  return left;
}

/** Whether some number is in both. */
export function rangesOverlap(a: Ranges, b: Ranges): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short.some(({ first, last }) => {
    const candidate = long[firstEndingAt(long, first)];
    return candidate !== undefined && candidate.first <= last;
  });
}

/** The index of the first range that ends at the number or after it. */
function firstEndingAt(ranges: Ranges, value: bigint): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ranges[middle] as Range).last < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
