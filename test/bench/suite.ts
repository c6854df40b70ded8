import type { Sample } from './clock.ts';

/** One line of a benchmark. The reference's program knows it by the same name. */
export interface Row {
  readonly name: string;
  /** What is counted: nanoseconds, bytes or things per this. */
  readonly per: string;
  readonly unit: 'ns' | 'B' | 'n';
  /** How many times the reference's rate is wanted (for bytes: how many times less). */
  readonly target?: number;
  /** Does the work once, on fresh data. */
  measure(): Promise<Sample>;
}

export interface Suite {
  readonly rows: readonly Row[];
  /** Directory of the reference's program, beside `bench.ts`. */
  readonly reference?: string;
}
