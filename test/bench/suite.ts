import type { Sample } from './clock.ts';

/** One line of a benchmark. The reference's program knows it by the same name. */
export interface Row {
  readonly name: string;
  /** The reference's row that it stands beside, if that has another name. */
  readonly as?: string;
  /** What is counted: nanoseconds, bytes or things per this. */
  readonly per: string;
  readonly unit: 'ns' | 'B' | 'n';
  /** How many times the reference's rate is wanted (for bytes: how many times less). */
  readonly target?: number;
  /** The reference's program has no such row. */
  readonly isAlone?: boolean;
  /** Does the work once, on fresh data. */
  measure(contestant: Contestant): Promise<Sample>;
}

/** Whom a row is asked to measure. Only rows of a suite with a `rival` are ever asked for the reference. */
export type Contestant = 'ours' | 'reference';

export interface Suite {
  readonly rows: readonly Row[];
  /** Directory of the reference's program, beside `bench.ts`, which measures the same rows. */
  readonly reference?: string;
  /** Instead of `reference`: a program that our rows can measure as they measure ours. */
  readonly rival?: {
    /** Builds it if need be. @throws Error if it cannot be had */
    prepare(): Promise<void>;
  };
  /** How many are taken in one process; the first half of several only warms it up. */
  readonly samples?: number;
}
