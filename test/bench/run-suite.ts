import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { median, type Sample } from './clock.ts';
import type { Row, Suite } from './suite.ts';

export interface Result {
  readonly row: Pick<Row, 'name' | 'per' | 'unit' | 'target'>;
  readonly ours: Sample;
  readonly reference: Sample | undefined;
}

export interface RunOptions {
  /** Only these; all if empty. */
  readonly rows: readonly string[];
  /** How often both programs are run, in turns. */
  readonly rounds: number;
  readonly withReference: boolean;
  readonly report: (result: Result) => void;
}

const run = promisify(execFile);
const HERE = import.meta.dirname;
/** Samples of one process: the first only warms it up. */
const SAMPLES = 4;

/** Measures each row in processes of its own, ours and the reference's in turns, and takes medians. */
export async function runSuite(name: string, suite: Suite, options: RunOptions): Promise<Result[]> {
  const reference = options.withReference ? await buildReference(suite) : undefined;
  const results: Result[] = [];
  for (const row of suite.rows) {
    if (options.rows.length > 0 && !options.rows.includes(row.name)) continue;
    const ours: Sample[] = [];
    const theirs: Sample[] = [];
    for (let round = 0; round < options.rounds; round += 1) {
      ours.push(await samplesOf(process.execPath, [...NODE_FLAGS, path.join(HERE, 'row.ts'), name, row.name]));
      if (reference !== undefined) theirs.push(await samplesOf(reference, [row.name]));
    }
    const result: Result = {
      row: { name: row.name, per: row.per, unit: row.unit, ...(row.target !== undefined && { target: row.target }) },
      ours: median(ours),
      reference: reference === undefined ? undefined : median(theirs),
    };
    results.push(result);
    options.report(result);
  }
  return results;
}

/** How the programs are started. */
export const NODE_FLAGS = ['--expose-gc', '--conditions=@cosi-ts/source', '--no-warnings'];

async function samplesOf(program: string, args: readonly string[]): Promise<Sample> {
  const { stdout } = await run(program, [...args, String(SAMPLES)]);
  return median((JSON.parse(stdout) as Sample[]).slice(1));
}

/** Builds the reference's program; undefined where there is no Go. */
async function buildReference({ reference }: Suite): Promise<string | undefined> {
  if (reference === undefined) return undefined;
  const target = path.join(HERE, '../../node_modules/.cache/cosi-ts/bench', reference);
  mkdirSync(path.dirname(target), { recursive: true });
  try {
    await run('go', ['build', '-o', target, '.'], { cwd: path.join(HERE, reference) });
    return target;
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    process.stderr.write(`measured alone, since the reference cannot be built: ${reason}\n`);
    return undefined;
  }
}
