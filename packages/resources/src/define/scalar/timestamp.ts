import { WireType } from '@bufbuild/protobuf/wire';
import { ZERO_TIME, instantOf, parseTimestamp, timestampFromInstant, type Timestamp } from '@cosi-ts/core';
import { SchemaError } from '../../resource/errors.ts';
import { readMessage } from './message.ts';
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
    const { seconds, nanos } = instantOf(value);
    writer.fork();
    if (seconds !== 0) writer.tag(1, WireType.Varint).int64(seconds);
    if (nanos !== 0) writer.tag(2, WireType.Varint).int32(nanos);
    writer.join();
  },
  read(reader) {
    let seconds = 0;
    let nanos = 0;
    readMessage(reader, (number, wireType) => {
      if (wireType !== WireType.Varint) return false;
      if (number === 1) seconds = Number(reader.int64());
      else if (number === 2) nanos = reader.int32();
      else return false;
      return true;
    });
    return timestampFromInstant({ seconds, nanos });
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
