/** Longer names are not shown: no key of a configuration is that long, but a secret in the wrong place would be. */
const LONGEST_SHOWN = 40;
/** A suggestion helps only if most of the name is right. */
const MOST_WRONG = 0.5;

/** A key or kind for a message, in quotes; only its place is told when it is no plain word. */
export function shownName(name: unknown): string {
  return isPlainName(name) ? `"${name}"` : 'a key that is no plain word';
}

/** Whether a key or kind may be shown. */
export function isPlainName(name: unknown): name is string {
  return typeof name === 'string' && name.length <= LONGEST_SHOWN && /^[\w./<-]+$/.test(name);
}

/** The name nearest to a mistyped one, by the number of characters to change, swap, add or remove. */
export function nearestName(typed: string, names: Iterable<string>): string | undefined {
  let nearest: string | undefined;
  let least = Infinity;
  for (const name of names) {
    const most = Math.max(name.length, typed.length) * MOST_WRONG;
    const changes = typed.length > LONGEST_SHOWN ? Infinity : editDistance(typed.toLowerCase(), name.toLowerCase());
    if (changes <= most && changes < least) [nearest, least] = [name, changes];
  }
  return nearest;
}

/** Optimal string alignment: as Levenshtein, with a swap of neighbours as one change. */
function editDistance(a: string, b: string): number {
  let [before, row]: number[][] = [[], Array.from({ length: b.length + 1 }, (_, at) => at)];
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const changed = Math.min(at(row, j) + 1, at(next, j - 1) + 1, at(row, j - 1) + (same ? 0 : 1));
      next.push(swapped ? Math.min(changed, at(before, j - 2) + 1) : changed);
    }
    [before, row] = [row, next];
  }
  return at(row, b.length);
}

function at(row: readonly number[] | undefined, index: number): number {
  return row?.[index] ?? Infinity;
}
