import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runGrowth, runSteps } from './growth/run.ts';
import { runSuite, type Result } from './run-suite.ts';
import type { Row, Suite } from './suite.ts';

const USAGE = `Usage: npm run bench -- SUITE [--row NAME …] [--rounds 3] [--json FILE] [--no-reference], testing

SUITE  state, controllers, api, cluster, discovery, growth, steps
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
const write = (text: string): void => void process.stdout.write(`${text}\n`);
const special: Readonly<Record<string, (report: typeof write) => Promise<unknown>>> = {
  growth: runGrowth,
  steps: runSteps,
};
const results = await (special[name] ?? runRows)(write);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, undefined, 2)}\n`);

async function runRows(): Promise<unknown> {
  const { suite } = (await import(`./${name}/suite.ts`)) as { readonly suite: Suite };
  write(line(['row', 'ours', 'reference', 'ratio', 'by CPU', 'target']));
  return runSuite(name, suite, {
    rows: values.row,
    rounds: Number(values.rounds),
    withReference: !values['no-reference'],
    report: (result) => write([line(cells(result)), ...detailsOf(result)].join('\n')),
  });
}

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

/** What else was seen of each, a line each. */
function detailsOf({ ours, reference }: Result): string[] {
  const lines = { ours: ours.details, reference: reference?.details };
  return Object.entries(lines)
    .filter(([, details]) => details !== undefined)
    .map(([whose, details = {}]) => {
      const shown = Object.entries(details).map(([name, value]) => `${name} ${value}`);
      return `    ${whose.padEnd(10)} ${shown.join(', ')}`;
    });
}

function amount(value: number, unit: Row['unit']): string {
  if (unit === 'B') return value >= 1e6 ? `${(value / 2 ** 20).toFixed(0)} MiB` : `${value.toFixed(0)} B`;
  if (unit === 'n') return value.toFixed(2);
  if (value >= 1e6) return `${(value / 1e6).toFixed(2)} ms`;
  return value >= 1e3 ? `${(value / 1e3).toFixed(2)} µs` : `${value.toFixed(1)} ns`;
}

function line([first = '', ...others]: readonly string[]): string {
  return first.padEnd(24) + others.map((cell) => cell.padStart(12)).join('');
}
