import { WireType } from '@bufbuild/protobuf/wire';
import { Bytes } from '@cosi-ts/core';
import { SchemaError } from '../../resource/errors.ts';
import { mismatch } from './mismatch.ts';
import type { Scalar } from './scalar.ts';

const wire = {
  zero: Bytes.empty,
  wireType: WireType.LengthDelimited,
  check: (value, path) => {
    if (value instanceof Bytes) return value;
    throw mismatch(path, 'bytes', value);
  },
  isZero: (value) => value.length === 0,
  equals: (a, b) => a.equals(b),
  write: (writer, value) => writer.bytes(value.toUint8Array()),
  read: (reader) => Bytes.from(reader.bytes()),
} satisfies Partial<Scalar<Bytes>>;

/** As Go's YAML has it: a list of numbers. */
export const bytes: Scalar<Bytes> = {
  ...wire,
  toPlain: (value) => [...value],
  fromPlain: fromNumbers,
};

/** Text in YAML if the bytes are UTF-8, otherwise a list of numbers. */
export const textBytes: Scalar<Bytes> = {
  ...wire,
  toPlain: (value) => utf8(value) ?? [...value],
  fromPlain: (value, path) =>
    typeof value === 'string' ? Bytes.from(new TextEncoder().encode(value)) : fromNumbers(value, path),
};

/** `8e:13:71:af:7c:94` in YAML. */
export const hardwareAddress: Scalar<Bytes> = {
  ...wire,
  toPlain: (value) => Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join(':'),
  fromPlain(value, path) {
    if (value === '' || value === undefined || value === null) return Bytes.empty;
    if (typeof value !== 'string') throw mismatch(path, 'a hardware address', value);
    if (!/^[\da-f]{2}(?:[:-][\da-f]{2})*$/i.test(value)) {
      throw new SchemaError(path, `not a hardware address: ${JSON.stringify(value)}`);
    }
    return Bytes.from(value.split(/[:-]/).map((byte) => Number.parseInt(byte, 16)));
  },
};

function fromNumbers(value: unknown, path: string): Bytes {
  if (value === undefined || value === null) return Bytes.empty;
  if (value instanceof Uint8Array) return Bytes.from(value); // YAML's !!binary
  if (!Array.isArray(value)) throw mismatch(path, 'a list of bytes', value);
  const numbers = value.map((item: unknown, index) => {
    if (typeof item === 'number' && Number.isInteger(item) && item >= 0 && item <= 255) return item;
    throw new SchemaError(`${path}[${index}]`, 'expected a byte, a number from 0 to 255');
  });
  return Bytes.from(numbers);
}

function utf8(value: Bytes): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value.toUint8Array());
  } catch {
    return undefined;
  }
}
