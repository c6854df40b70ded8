/**
 * Makes a failing tape smaller: shorter first, then with ever smaller runs of its decisions replaced by the boring
 * choice, as long as it still fails.
 *
 * @param fails whether a tape fails in the same way.
 * @param tries how many tapes may be tried.
 */
export async function shrinkChoices(
  choices: readonly number[],
  fails: (choices: readonly number[]) => Promise<boolean>,
  tries = 300,
): Promise<readonly number[]> {
  let smallest = withoutTail(choices);
  let left = tries;
  const attempt = async (candidate: readonly number[]): Promise<boolean> => {
    if (left === 0) return false;
    left -= 1;
    if (!(await fails(candidate))) return false;
    smallest = withoutTail(candidate);
    return true;
  };
  for (let cut = smallest.length >> 1; cut > 0; cut >>= 1) {
    while (smallest.length > cut && (await attempt(smallest.slice(0, -cut))));
  }
  // What was needed before may not be needed any more without what was taken away since.
  for (let before: readonly number[] = []; before !== smallest;) {
    before = smallest;
    for (let size = smallest.length; size > 0; size >>= 1) {
      for (let from = 0; from < smallest.length; from += size) {
        const run = smallest.slice(from, from + size);
        if (run.some((choice) => choice !== 0)) {
          await attempt([...smallest.slice(0, from), ...run.map(() => 0), ...smallest.slice(from + size)]);
        }
      }
    }
  }
  return smallest;
}

/** Decisions that were not boring: what a reader has to understand. */
export function decisionsOf(choices: readonly number[]): number {
  return choices.filter((choice) => choice !== 0).length;
}

/** Beyond its end a tape is boring anyway. */
function withoutTail(choices: readonly number[]): readonly number[] {
  const last = choices.findLastIndex((choice) => choice !== 0);
  return choices.slice(0, last + 1);
}
