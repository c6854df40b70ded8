import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { median, type Sample } from './clock.ts';
import type { Contestant, Row, Suite } from './suite.ts';

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
/** Samples of one process: the first half only warms it up. */
const SAMPLES = 4;

/** Measures each row in processes of its own, ours and the reference's in turns, and takes medians. */
export async function runSuite(name: string, suite: Suite, options: RunOptions): Promise<Result[]> {
  const count = suite.samples ?? SAMPLES;
  const measureOurs = samplerOf(name, 'ours', count);
  const measureTheirs = options.withReference ? await referenceOf(name, suite, count) : undefined;
  const results: Result[] = [];
  for (const row of suite.rows) {
    if (options.rows.length > 0 && !options.rows.includes(row.name)) continue;
    const ours: Sample[] = [];
    const theirs: Sample[] = [];
    for (let round = 0; round < options.rounds; round += 1) {
      ours.push(await measureOurs(row.name));
      if (measureTheirs !== undefined && row.isAlone !== true) theirs.push(await measureTheirs(row.as ?? row.name));
    }
    const result: Result = {
      row: { name: row.name, per: row.per, unit: row.unit, ...(row.target !== undefined && { target: row.target }) },
      ours: median(ours),
      reference: theirs.length === 0 ? undefined : median(theirs),
    };
    results.push(result);
    options.report(result);
  }
  return results;
}

/** How the programs are started. */
export const NODE_FLAGS = ['--expose-gc', '--conditions=@cosi-ts/source', '--no-warnings'];

type Sampler = (row: string) => Promise<Sample>;

function samplerOf(suite: string, contestant: Contestant, count: number): Sampler {
  return (row) =>
    sample(process.execPath, [...NODE_FLAGS, path.join(HERE, 'row.ts'), suite, row, String(count), contestant]);
}

async function sample(program: string, args: readonly string[]): Promise<Sample> {
  const { stdout } = await run(program, [...args]);
  const samples = JSON.parse(stdout) as Sample[];
  return median(samples.slice(samples.length >> 1));
}

/** How the reference is measured; undefined where there is no Go. */
async function referenceOf(name: string, { reference, rival }: Suite, count: number): Promise<Sampler | undefined> {
  try {
    if (rival !== undefined) {
      await rival.prepare();
      return samplerOf(name, 'reference', count);
    }
    if (reference === undefined) return undefined;
    const program = await buildReference(reference);
    return (row) => sample(program, [row, String(count)]);
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    process.stderr.write(`measured alone, since the reference cannot be built: ${reason}\n`);
    return undefined;
  }
}

export async function buildReference(directory: string): Promise<string> {
  const target = path.join(HERE, '../../node_modules/.cache/cosi-ts/bench', directory);
  mkdirSync(path.dirname(target), { recursive: true });
  await run('go', ['build', '-o', target, '.'], { cwd: path.join(HERE, directory) });
  return target;
}
