/** One rule of a seam, as a test that any framework can run. It rejects if the rule is broken. */
export interface ConformanceCase {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** Rules that a subject is known to break, by name, and why. */
export type KnownGaps = Readonly<Record<string, string>>;

/**
 * The rules of a contract, by name, as cases. A rule that is a known gap must be broken: once it holds, its case
 * fails until the gap is taken off the list.
 *
 * @throws RangeError for a gap that is no rule's name.
 */
export function casesOf<R>(
  rules: Readonly<Record<string, R>>,
  run: (rule: R) => Promise<void>,
  knownGaps: KnownGaps = {},
): readonly ConformanceCase[] {
  const gaps = new Map(Object.entries(knownGaps));
  const cases = Object.entries(rules).map(([name, rule]): ConformanceCase => {
    const gap = gaps.get(name);
    gaps.delete(name);
    return { name, run: () => (gap === undefined ? run(rule) : mustFail(run(rule), name, gap)) };
  });
  const [unknown] = gaps.keys();
  if (unknown !== undefined) throw new RangeError(`no rule is called "${unknown}"`);
  return cases;
}

async function mustFail(running: Promise<void>, name: string, gap: string): Promise<void> {
  const failed = await running.then(
    () => false,
    () => true,
  );
  if (!failed) throw new Error(`"${name}" holds now: take it off the known gaps (it was listed because: ${gap})`);
}
