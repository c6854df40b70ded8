import { WireType } from '@bufbuild/protobuf/wire';
import { ZERO_TIME, instantOf, parseTimestamp, timestampFromInstant, type Timestamp } from '@cosi-ts/core';
import { SchemaError } from '../../resource/errors.ts';
import { readInstant, writeInstant } from './instant.ts';
import { mismatch } from './mismatch.ts';
import type { Scalar } from './scalar.ts';

/** A google.protobuf.Timestamp, which is left out for Go's zero time. */
export const timestamp: Scalar<Timestamp> = {
  zero: ZERO_TIME,
  wireType: WireType.LengthDelimited,
  check: instant,
  isZero: (value) => value === ZERO_TIME,
  equals: Object.is,
  write(writer, value) {
    writeInstant(writer, instantOf(value));
  },
  read(reader) {
    return timestampFromInstant(readInstant(reader));
  },
  toPlain: (value) => value,
  fromPlain: (value, path) => instant(value ?? ZERO_TIME, path),
};

function instant(value: unknown, path: string): Timestamp {
  if (typeof value !== 'string') throw mismatch(path, 'a time', value);
  const parsed = parseTimestamp(value);
  if (parsed === undefined) throw new SchemaError(path, `not a time: ${JSON.stringify(value)}`);
  return parsed;
}
