/** What one operation cost: nanoseconds on the wall (or bytes), and nanoseconds of the process's processors. */
export interface Sample {
  readonly value: number;
  readonly cpu: number;
  /** What else was seen, ready to be shown. */
  readonly details?: Readonly<Record<string, string>>;
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

/** The middle one of both; details are those of the one with the middle value. */
export function median(samples: readonly Sample[]): Sample {
  const [byValue, byCpu] = (['value', 'cpu'] as const).map(
    (what) => samples.toSorted((a, b) => a[what] - b[what])[samples.length >> 1],
  );
  if (byValue === undefined || byCpu === undefined) throw new Error('nothing was measured');
  return { ...byValue, cpu: byCpu.cpu };
}

/** Full collections before a measurement, where the process was started with `--expose-gc`. */
export function collectGarbage(): void {
  const { gc } = globalThis;
  if (gc === undefined) return;
  gc();
  gc();
}

/** The same, and the collector's threads are done with what it found: they would take a processor from what is measured. */
export async function collected(): Promise<void> {
  collectGarbage();
  await new Promise((resolve) => setTimeout(resolve, 100));
}
