/** What a word may become. */
export interface Candidate {
  readonly value: string;
  /** What it means, in a few words; shells that can show it do. */
  readonly description?: string | undefined;
}

/** What a word may become; `files`: the name of one, which shells know more about. */
export type Candidates = readonly Candidate[] | 'files';

export function candidates(values: Iterable<string>): readonly Candidate[] {
  return Array.from(values, (value) => ({ value }));
}
