import { WireType, type BinaryReader, type BinaryWriter } from '@bufbuild/protobuf/wire';
import { SchemaError } from '../../resource/errors.ts';
import { mismatch } from './mismatch.ts';
import type { Scalar } from './scalar.ts';

export const bool: Scalar<boolean> = {
  zero: false,
  wireType: WireType.Varint,
  check: boolean,
  isZero: (value) => !value,
  equals: Object.is,
  write: (writer, value) => writer.bool(value),
  read: (reader) => reader.bool(),
  toPlain: (value) => value,
  fromPlain: (value, path) => boolean(value ?? false, path),
};

export const int32 = integer(-(2 ** 31), 2 ** 31 - 1, {
  write: (writer, value) => writer.int32(value),
  read: (reader) => reader.int32(),
});

export const uint32 = integer(0, 2 ** 32 - 1, {
  write: (writer, value) => writer.uint32(value),
  read: (reader) => reader.uint32(),
});

export const int64 = integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, {
  write: (writer, value) => writer.int64(value),
  read: (reader) => safeInteger(reader.int64()),
});

interface IntegerWire {
  write(writer: BinaryWriter, value: number): void;
  read(reader: BinaryReader): number;
}

function integer(min: number, max: number, wire: IntegerWire): Scalar<number> {
  const check = (value: unknown, path: string): number => {
    if (typeof value !== 'number') throw mismatch(path, 'a whole number', value);
    if (!Number.isSafeInteger(value) || value < min || value > max) {
      throw new SchemaError(path, `expected a whole number from ${min} to ${max}, found ${value}`);
    }
    return value + 0; // there is one zero only
  };
  return {
    zero: 0,
    wireType: WireType.Varint,
    check,
    isZero: (value) => value === 0,
    equals: (a, b) => a === b,
    ...wire,
    toPlain: (value) => value,
    fromPlain: (value, path) => check(value ?? 0, path),
  };
}

function safeInteger(value: bigint | string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new RangeError(`${value} is beyond the integers that are exact here`);
  return number;
}

function boolean(value: unknown, path: string): boolean {
  if (typeof value !== 'boolean') throw mismatch(path, 'true or false', value);
  return value;
}
