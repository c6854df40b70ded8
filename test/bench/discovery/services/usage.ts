import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What a process has used so far, as Linux counts it; zeros elsewhere. */
export interface Usage {
  /** Nanoseconds of processors, of all threads. */
  readonly cpu: number;
  /** Bytes in memory now, and at most since the start. */
  readonly resident: number;
  readonly peak: number;
}

export function usageOf(pid: number): Usage {
  if (process.platform !== 'linux') return { cpu: 0, resident: 0, peak: 0 };
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const kilobytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
  return { cpu: cpuOf(pid), resident: kilobytes('VmRSS') * 1024, peak: kilobytes('VmHWM') * 1024 };
}

function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The name may hold spaces; what follows its bracket begins with the third field.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1e9) / ticksPerSecond();
}

let ticks: number | undefined;

function ticksPerSecond(): number {
  ticks ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'latin1' }));
  return ticks;
}
