import { FieldReader, UNUSUAL } from './field-reader.ts';

/**
 * Reads a message by hand, and leaves to the generated code whatever is not as clients write it.
 *
 * @param isSmall whether a message may be left to the generated code, which takes long for what was made to take long;
 * any may, if absent
 */
export function orGenerated<T>(
  read: (reader: FieldReader) => T,
  generated: (bytes: Uint8Array) => T,
  isSmall: (bytes: Uint8Array) => boolean = () => true,
): (bytes: Uint8Array) => T {
  return (bytes) => {
    try {
      return read(new FieldReader(bytes));
    } catch (thrown) {
      if (thrown !== UNUSUAL) throw thrown;
      if (!isSmall(bytes)) throw new RangeError('no client writes it so, and it is too large to be looked at');
      return generated(bytes);
    }
  };
}

/** The message in a field that is there once. Of several, protobuf merges what is in them. */
export function onlyMessage(before: unknown, reader: FieldReader): FieldReader {
  if (before !== undefined) throw UNUSUAL;
  return reader.message();
}
