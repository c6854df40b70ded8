import { table } from '../output/table.ts';
import { failureLines } from '../nodes/node-failure.ts';
import type { Report } from './report.ts';

export interface SummaryOptions {
  /** When and by what it was written. */
  readonly time: string;
  readonly command: string;
}

/** The text that an archive begins to be read with. */
export function summaryText(reports: readonly Report[], { time, command }: SummaryOptions): string {
  const notes = failureLines(reports.flatMap(({ node, notes }) => notes.map((error) => ({ node, error }))));
  const failures = failureLines(reports.flatMap(({ failures }) => failures));
  return [
    `Written ${time} by ${command}.\n\n`,
    nodesTable(reports),
    CONTENTS,
    section('Not there, and that is no error', notes),
    section('What could not be had', failures),
  ].join('');
}

function nodesTable(reports: readonly Report[]): string {
  let text = '';
  const rows = table((part) => {
    text += part;
  });
  rows.row(['NODE', 'KINDS', 'RESOURCES', 'GRAPH', 'CONFIG', 'LOG', 'ERRORS']);
  for (const { node, kinds, resources, has, failures } of reports) {
    const parts = (['graph', 'config', 'log'] as const).map((part) => (has.has(part) ? 'yes' : 'no'));
    rows.row([node, String(kinds), String(resources), ...parts, String(failures.length)]);
  }
  rows.flush();
  return text;
}

const CONTENTS = `
In the directory of each node:
  resources/NAMESPACE/TYPE.yaml   what the node has, a file for each kind that is not empty
  dependencies.txt, .dot          its controllers, and what they read and write
  version.txt                     its software
  config.yaml                     its machine configuration
  node.log, node.log.1            what it did, one JSON object a line, and the log before
  errors.txt                      what could not be had of it

REDACTED stands for secrets: all specs of sensitive types, secrets of the machine configuration, and whatever looks like
a key, a token or a password. Names, addresses and public keys are not hidden.
`;

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `\n${title}:\n${lines.map((line) => `  ${line}\n`).join('')}`;
}
