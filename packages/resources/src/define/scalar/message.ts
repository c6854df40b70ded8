import type { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/**
 * Reads a message that stands for a value: its length, then its fields.
 *
 * @param field reads a field behind its tag; it returns false, with nothing read, for one that it does not know.
 * @throws RangeError if a field ends beyond the message.
 */
export function readMessage(reader: BinaryReader, field: (number: number, wireType: WireType) => boolean): void {
  const end = reader.uint32() + reader.pos;
  while (reader.pos < end) {
    const [number, wireType] = reader.tag();
    if (!field(number, wireType)) reader.skip(wireType, number);
  }
  if (reader.pos > end) throw new RangeError('a field ends beyond its message');
}
