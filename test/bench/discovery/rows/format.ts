/** @param sorted ascending */
export function percentile(sorted: ArrayLike<number>, part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

/** @param nanos nanoseconds */
export function micros(nanos: number): string {
  return `${(nanos / 1e3).toFixed(nanos < 10_000 ? 1 : 0)} µs`;
}

/** @param value milliseconds */
export function millis(value: number): string {
  return `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}

/** @param bytes bytes */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
