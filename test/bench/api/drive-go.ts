import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Sample } from '../clock.ts';
import type { Contestant } from '../suite.ts';
import { referenceProgram } from './reference-program.ts';
import { startServer, type Served } from './services/start-server.ts';

const run = promisify(execFile);
const MEBIBYTE = 1024 * 1024;

export interface Driven {
  /** Whether the servers know the type. */
  readonly types: 'typed' | 'untyped';
  /** Whether to measure servers that do nothing as well. */
  readonly besideEmpty?: boolean;
}

/** A row with the client for Go, which does the work and measures it. */
export function driveGo(row: string, { types, besideEmpty = false }: Driven): (who: Contestant) => Promise<Sample> {
  return async (contestant) => {
    const sample = await drive(row, `${contestant}-${types}`);
    if (!besideEmpty || contestant === 'reference') return sample;
    return { ...sample, details: { ...sample.details, ...(await besides(sample, (served) => drive(row, served))) } };
  };
}

/** How a sample compares to what servers need that do nothing. */
export async function besides(
  sample: Sample,
  measure: (served: Served) => Promise<Sample>,
): Promise<Record<string, string>> {
  const library = await measure('library');
  const entrance = await measure('entrance');
  const ratio = (empty: Sample): string =>
    `${(empty.value / sample.value).toFixed(2)}× (by CPU ${(empty.cpu / sample.cpu).toFixed(2)}×)`;
  return { 'of an empty handler': ratio(library), 'of one behind our entrance': ratio(entrance) };
}

async function drive(row: string, served: Served): Promise<Sample> {
  await using server = await startServer(served);
  // The reference sends all contents in one message; ours keeps to what receivers take if nobody says otherwise.
  const limit = served.startsWith('reference') ? 64 * MEBIBYTE : 4 * MEBIBYTE;
  const args = ['drive', row, server.path, String(server.pid), String(limit)];
  const { stdout } = await run(await referenceProgram(), args);
  return JSON.parse(stdout) as Sample;
}
