/** A `google.protobuf.Duration`, or a `Timestamp` since 1970, as far as it matters here. */
export interface WireDuration {
  readonly seconds: bigint;
  readonly nanos: number;
}

const NANOS_PER_SECOND = 1_000_000_000;
/** Where the reference implementation saturates: durations are 64-bit nanoseconds there. */
const MOST = 2 ** 63;

/**
 * A duration in nanoseconds; absent is 0, and what 64 bits cannot hold becomes the nearest they can. Exact up to 104
 * days, far beyond any lifetime that the service accepts.
 */
export function nanosOf(duration: WireDuration | undefined): number {
  if (duration === undefined) return 0;
  const nanos = Number(duration.seconds) * NANOS_PER_SECOND + duration.nanos;
  return Math.min(Math.max(nanos, -MOST), MOST);
}

/** The duration of whole nanoseconds; seconds and nanos have the same sign, as the format demands. */
export function durationOf(nanos: number): WireDuration {
  const whole = Math.trunc(nanos / NANOS_PER_SECOND);
  return { seconds: BigInt(whole), nanos: Math.trunc(nanos % NANOS_PER_SECOND) + 0 };
}
