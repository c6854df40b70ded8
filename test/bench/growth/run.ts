import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { NODE_FLAGS } from '../run-suite.ts';
import type { Measured } from './size.ts';

const run = promisify(execFile);
const SIZES = [1_000, 10_000, 100_000, 1_000_000];

/** Steps of each operation at each size: they must be the same. */
export async function runSteps(write: (line: string) => void): Promise<unknown> {
  const counted: { readonly size: number; readonly steps: Readonly<Record<string, number>> }[] = [];
  for (const size of SIZES) {
    const program = [...NODE_FLAGS, path.join(import.meta.dirname, 'steps-of-size.ts'), String(size)];
    const { stdout } = await run(process.execPath, program);
    const steps = JSON.parse(stdout) as Record<string, number>;
    if (counted.length === 0) write(cells(['size', 'steps of', ...Object.keys(steps)]));
    write(cells([String(size), '', ...Object.values(steps).map((count) => count.toFixed(1))]));
    counted.push({ size, steps });
  }
  return counted;
}

/** How cost grows with the number of resources, beside a bare Map of the same ids. */
export async function runGrowth(write: (line: string) => void): Promise<unknown> {
  const curves: { readonly size: number; readonly rows: readonly Measured[] }[] = [];
  write(cells(['size', 'operation', 'ours', 'Map', 'growth', "Map's", 'slowest', "Map's"]));
  for (const size of SIZES) {
    const program = [...NODE_FLAGS, path.join(import.meta.dirname, 'size.ts'), String(size)];
    const { stdout } = await run(process.execPath, program, { maxBuffer: 1 << 24 });
    const rows = JSON.parse(stdout) as Measured[];
    curves.push({ size, rows });
    for (const row of rows)
      write(
        cells(
          line(
            size,
            row,
            curves[0]?.rows.find(({ name }) => name === row.name),
          ),
        ),
      );
  }
  return curves;
}

function line(size: number, row: Measured, first: Measured | undefined): string[] {
  const growth = (of: 'ours' | 'map'): string => (first?.[of] ? `${(row[of] / first[of]).toFixed(2)}×` : '');
  const times = (nanos: number): string => (nanos === 0 ? '' : `${(nanos / 1000).toFixed(2)} µs`);
  const slowest = (millis: number): string => (millis === 0 ? '' : `${millis.toFixed(1)} ms`);
  const isWhole = row.map === 0;
  return [
    String(size),
    row.name,
    times(row.ours),
    times(row.map),
    isWhole ? '' : growth('ours'),
    isWhole ? '' : growth('map'),
    slowest(row.slowest),
    slowest(row.slowestOfMap),
  ];
}

function cells([size = '', name = '', ...others]: readonly string[]): string {
  return size.padEnd(10) + name.padEnd(14) + others.map((cell) => cell.padStart(14)).join('');
}
