import type { DescMessage, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { MalformedMessageError } from './malformed.ts';

/** How values of one type travel. */
export interface Codec<T> {
  /**
   * The value's canonical bytes: fields in the order of their numbers, defaults left out, so that equal values give
   * equal bytes.
   */
  readonly encode: (value: T) => Uint8Array;
  /**
   * The value of these bytes. Fields of type bytes are views into `bytes`: whoever keeps one keeps the whole message.
   *
   * @throws MalformedMessageError if the bytes are no such message, or a text in it is not UTF-8
   */
  readonly decode: (bytes: Uint8Array) => T;
}

/** The codec of a message that is `T` in memory. */
export function codec<S extends DescMessage, T>(
  schema: S,
  read: (message: MessageShape<S>) => T,
  write: (value: T) => MessageInitShape<S>,
): Codec<T> {
  return {
    encode: (value) => toBinary(schema, create(schema, write(value))),
    decode: (bytes) => read(decodeStrictly(schema, bytes)),
  };
}

/** The generated decoder refuses bad UTF-8 already; this gives what it throws one type. */
export function decodeStrictly<S extends DescMessage>(schema: S, bytes: Uint8Array): MessageShape<S> {
  try {
    return fromBinary(schema, bytes, { readUnknownFields: false });
  } catch (cause) {
    throw new MalformedMessageError(schema.typeName, cause instanceof Error ? cause.message : 'unreadable');
  }
}
