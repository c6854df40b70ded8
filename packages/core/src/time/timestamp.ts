import { memo } from '../values/memo.ts';

declare const timestampBrand: unique symbol;

/**
 * An instant as canonical RFC 3339 text in UTC with as many fraction digits (0 to 9) as it needs:
 * `2022-10-12T12:00:00Z`, `2022-10-12T12:00:00.000000001Z`. Text keeps nanoseconds, which a number of
 * milliseconds would lose on a round trip.
 */
export type Timestamp = string & { readonly [timestampBrand]: true };

/** Seconds and nanoseconds since 1970, the protobuf form of an instant. */
export interface Instant {
  readonly seconds: number;
  readonly nanos: number;
}

/** The instant that a missing timestamp stands for on the wire. */
export const EPOCH = '1970-01-01T00:00:00Z' as Timestamp;

/** The zero instant of Go's `time.Time`. */
export const ZERO_TIME = '0001-01-01T00:00:00Z' as Timestamp;

const MIN_SECONDS = -62_135_596_800;
const MAX_SECONDS = 253_402_300_799;

/** Renders an instant. @throws RangeError outside the years 1 to 9999, or with nanoseconds out of range. */
export function timestampFromInstant({ seconds, nanos }: Instant): Timestamp {
  if (!Number.isInteger(seconds) || seconds < MIN_SECONDS || seconds > MAX_SECONDS) {
    throw new RangeError(`timestamp out of range: ${seconds} seconds`);
  }
  if (!Number.isInteger(nanos) || nanos < 0 || nanos > 999_999_999) {
    throw new RangeError(`timestamp out of range: ${nanos} nanoseconds`);
  }
  const base = isoSeconds(seconds * 1000);
  if (nanos === 0) return `${base}Z` as Timestamp;
  return `${base}.${String(nanos).padStart(9, '0').replace(/0+$/, '')}Z` as Timestamp;
}

/** Renders milliseconds since 1970, as a wall clock gives them. */
export function timestampFromMillis(millis: number): Timestamp {
  const seconds = Math.floor(millis / 1000);
  return timestampFromInstant({ seconds, nanos: Math.floor(millis - seconds * 1000) * 1_000_000 });
}

const PATTERN = /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?([Zz]|[+-]\d\d:\d\d)$/;

/** Parses RFC 3339 text in any offset into the canonical UTC form; `undefined` if it is none. */
export function parseTimestamp(text: string): Timestamp | undefined {
  const match = PATTERN.exec(text);
  if (match === null) return undefined;
  const [, date, time, fraction, offset] = match;
  const millis = Date.parse(`${date}T${time}${offset === 'z' ? 'Z' : offset}`);
  if (Number.isNaN(millis)) return undefined;
  // Date.parse rolls days over (February 30th): the date must come back as it was written.
  if (isoSeconds(Date.parse(`${date}T${time}Z`)) !== `${date}T${time}`) return undefined;
  const seconds = Math.floor(millis / 1000);
  if (seconds < MIN_SECONDS || seconds > MAX_SECONDS) return undefined;
  return timestampFromInstant({ seconds, nanos: Number((fraction ?? '0').padEnd(9, '0')) });
}

/** The protobuf form of a canonical timestamp. */
export function instantOf(timestamp: Timestamp): Instant {
  const dot = timestamp.indexOf('.');
  if (dot < 0) return { seconds: secondsOf(timestamp.slice(0, -1)), nanos: 0 };
  const fraction = timestamp.slice(dot + 1, -1);
  return { seconds: secondsOf(timestamp.slice(0, dot)), nanos: Number(fraction.padEnd(9, '0')) };
}

/** Milliseconds since 1970, with the fraction that a double can hold. */
export function millisOf(timestamp: Timestamp): number {
  const { seconds, nanos } = instantOf(timestamp);
  return seconds * 1000 + nanos / 1_000_000;
}

/** RFC 3339 with whole seconds, the form that whole-resource YAML shows. */
export function withoutFraction(timestamp: Timestamp): string {
  const dot = timestamp.indexOf('.');
  return dot < 0 ? timestamp : `${timestamp.slice(0, dot)}Z`;
}

/** Many things happen in the same second. */
const SECONDS = 1000;

const isoSeconds = memo(SECONDS, (millis: number): string =>
  // toISOString writes years 0 to 9999 in four digits, which covers the range checked above.
  new Date(millis).toISOString().slice(0, 19),
);

const secondsOf = memo(SECONDS, (text: string): number => Date.parse(`${text}Z`) / 1000);
