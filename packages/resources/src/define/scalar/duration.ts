import { WireType } from '@bufbuild/protobuf/wire';
import { formatDuration, parseDuration } from '@cosi-ts/core';
import { SchemaError } from '../../resource/errors.ts';
import { readInstant, writeInstant } from './instant.ts';
import { mismatch } from './mismatch.ts';
import type { Scalar } from './scalar.ts';

const NONE = '0s';

/** A google.protobuf.Duration. Spans of more than a hundred days may lose their nanoseconds. */
export const duration: Scalar<string> = {
  zero: NONE,
  wireType: WireType.LengthDelimited,
  check: span,
  isZero: (value) => value === NONE,
  equals: Object.is,
  write(writer, value) {
    const nanos = Math.round((parseDuration(value) ?? 0) * 1e6);
    writeInstant(writer, { seconds: Math.trunc(nanos / 1e9), nanos: nanos % 1e9 });
  },
  read(reader) {
    const { seconds, nanos } = readInstant(reader);
    return formatDuration(seconds * 1000 + nanos / 1e6);
  },
  toPlain: (value) => value,
  fromPlain: (value, path) => span(value ?? NONE, path),
};

function span(value: unknown, path: string): string {
  if (typeof value !== 'string') throw mismatch(path, 'a span of time', value);
  const millis = parseDuration(value);
  if (millis === undefined) throw new SchemaError(path, `not a span of time: ${JSON.stringify(value)}`);
  return formatDuration(millis === 0 ? 0 : millis);
}
