/** Work that may be paused at each `yield`; a step is some microseconds. */
export type Steps<T> = Generator<undefined, T, undefined>;

/** Runs all steps at one go. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Sorts in steps of so many items, and moves nothing that is in order already. The array is given away. */
export function* sortSteps<T>(items: T[], compare: (a: T, b: T) => number, step: number): Steps<T[]> {
  if (items.length <= step) return items.sort(compare);
  let runs: T[][] = [];
  for (let start = 0; start < items.length; start += step) {
    runs.push(items.slice(start, start + step).sort(compare));
    yield;
  }
  while (runs.length > 1) {
    const merged: T[][] = [];
    for (let index = 0; index < runs.length; index += 2) {
      merged.push(yield* mergeSteps(runs[index] ?? [], runs[index + 1] ?? [], compare, step));
    }
    runs = merged;
  }
  return runs[0] ?? [];
}

/** Merges two sorted arrays in steps. Neither is changed; the result may be one of them. */
export function* mergeSteps<T>(
  left: readonly T[],
  right: readonly T[],
  compare: (a: T, b: T) => number,
  step: number,
): Steps<T[]> {
  const [last] = left.slice(-1);
  const [first] = right;
  if (first === undefined) return left as T[];
  if (last === undefined) return right as T[];
  if (compare(last, first) <= 0) return left.concat(right);
  const merged: T[] = [];
  let next = 0;
  for (const item of left) {
    for (let candidate = right[next]; candidate !== undefined; candidate = right[next]) {
      if (compare(item, candidate) <= 0) break;
      merged.push(candidate);
      if (merged.length % step === 0) yield;
      next += 1;
    }
    merged.push(item);
    if (merged.length % step === 0) yield;
  }
  for (; next < right.length; next += 1) merged.push(right[next] as T);
  return merged;
}
