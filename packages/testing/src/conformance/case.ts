/** One rule of a seam, as a test that any framework can run. It rejects if the rule is broken. */
export interface ConformanceCase {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** The rules of a contract, by name, as cases. */
export function casesOf<R>(
  rules: Readonly<Record<string, R>>,
  run: (rule: R) => Promise<void>,
): readonly ConformanceCase[] {
  return Object.entries(rules).map(([name, rule]) => ({ name, run: () => run(rule) }));
}
