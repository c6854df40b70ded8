import { nodeFailure, type NodeFailure } from '../nodes/node-failure.ts';

/** What became of a node in an archive, as it goes on. */
export interface Report {
  readonly node: string;
  resources: number;
  kinds: number;
  readonly has: Set<'config' | 'graph' | 'log'>;
  /** What was left out on purpose, or is not to be had there. */
  readonly notes: string[];
  readonly failures: NodeFailure[];
}

export function newReport(node: string): Report {
  return { node, resources: 0, kinds: 0, has: new Set(), notes: [], failures: [] };
}

/** Remembers what could not be had. @throws whatever is a defect */
export function failed(report: Report, what: string, thrown: unknown): void {
  const { error } = nodeFailure(report.node, thrown);
  report.failures.push({ node: report.node, error: `${what}: ${error}` });
}
