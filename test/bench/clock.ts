/** What one operation cost: nanoseconds on the wall (or bytes), and nanoseconds of the process's processors. */
export interface Sample {
  readonly value: number;
  readonly cpu: number;
}

export interface Stopwatch {
  perOp(count: number): Sample;
}

export function begin(): Stopwatch {
  const cpu = process.cpuUsage();
  const wall = process.hrtime.bigint();
  return {
    perOp(count) {
      const value = Number(process.hrtime.bigint() - wall) / count;
      const { user, system } = process.cpuUsage(cpu);
      return { value, cpu: ((user + system) * 1000) / count };
    },
  };
}

export function median(samples: readonly Sample[]): Sample {
  const middle = (pick: (sample: Sample) => number): number =>
    samples.map(pick).sort((a, b) => a - b)[samples.length >> 1] ?? Number.NaN;
  return { value: middle((sample) => sample.value), cpu: middle((sample) => sample.cpu) };
}

/** Full collections before a measurement, where the process was started with `--expose-gc`. */
export function collectGarbage(): void {
  const { gc } = globalThis;
  if (gc === undefined) return;
  gc();
  gc();
}
