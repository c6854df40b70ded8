import { WireType, type BinaryReader, type BinaryWriter } from '@bufbuild/protobuf/wire';
import type { Instant } from '@cosi-ts/core';
import { readMessage } from './message.ts';

/** Reads seconds and nanoseconds, as google.protobuf.Timestamp and Duration both have them. */
export function readInstant(reader: BinaryReader): Instant {
  let seconds = 0;
  let nanos = 0;
  readMessage(reader, (number, wireType) => {
    if (wireType !== WireType.Varint) return false;
    if (number === 1) seconds = Number(reader.int64());
    else if (number === 2) nanos = reader.int32();
    else return false;
    return true;
  });
  return { seconds, nanos };
}

/** The other way round. */
export function writeInstant(writer: BinaryWriter, { seconds, nanos }: Instant): void {
  writer.fork();
  if (seconds !== 0) writer.tag(1, WireType.Varint).int64(seconds);
  if (nanos !== 0) writer.tag(2, WireType.Varint).int32(nanos);
  writer.join();
}
