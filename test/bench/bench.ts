import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runSuite, type Result } from './run-suite.ts';
import type { Suite } from './suite.ts';

const USAGE = `Usage: npm run bench -- SUITE [--row NAME …] [--rounds 3] [--json FILE] [--no-reference]

SUITE  state, cluster
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    row: { type: 'string', multiple: true, default: [] },
    rounds: { type: 'string', default: '3' },
    json: { type: 'string' },
    'no-reference': { type: 'boolean', default: false },
  },
});

const [name = ''] = positionals;
if (!/^[a-z]+$/.test(name)) {
  process.stderr.write(USAGE);
  process.exit(2);
}
const { suite } = (await import(`./${name}/suite.ts`)) as { readonly suite: Suite };
process.stdout.write(`${line(['row', 'ours', 'reference', 'ratio', 'by CPU', 'target'])}\n`);
const results = await runSuite(name, suite, {
  rows: values.row,
  rounds: Number(values.rounds),
  withReference: !values['no-reference'],
  report: (result) => process.stdout.write(`${line(cells(result))}\n`),
});
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, undefined, 2)}\n`);

function cells({ row, ours, reference }: Result): string[] {
  const times = (of: 'value' | 'cpu'): string =>
    reference === undefined || ours[of] === 0 ? '' : `${(reference[of] / ours[of]).toFixed(2)}×`;
  return [
    row.name,
    amount(ours.value, row.unit),
    reference === undefined ? '' : amount(reference.value, row.unit),
    times('value'),
    times('cpu'),
    row.target === undefined ? '' : `${row.target}×`,
  ];
}

function amount(value: number, unit: 'ns' | 'B'): string {
  if (unit === 'B') return `${value.toFixed(0)} B`;
  if (value >= 1e6) return `${(value / 1e6).toFixed(2)} ms`;
  return value >= 1e3 ? `${(value / 1e3).toFixed(2)} µs` : `${value.toFixed(1)} ns`;
}

function line([first = '', ...others]: readonly string[]): string {
  return first.padEnd(24) + others.map((cell) => cell.padStart(12)).join('');
}
