import { WireType } from '@bufbuild/protobuf/wire';
import { SchemaError } from '../../resource/errors.ts';
import { mismatch } from './mismatch.ts';
import type { Scalar } from './scalar.ts';

export const string: Scalar<string> = {
  zero: '',
  wireType: WireType.LengthDelimited,
  check: wellFormed,
  isZero: (value) => value === '',
  equals: Object.is,
  write: (writer, value) => writer.string(value),
  read: (reader) => reader.string(true),
  toPlain: (value) => value,
  fromPlain: (value, path) => wellFormed(value ?? '', path),
};

/** Text without lone surrogates, which UTF-8 cannot carry. @throws SchemaError */
export function wellFormed(value: unknown, path: string): string {
  if (typeof value !== 'string') throw mismatch(path, 'text', value);
  if (!value.isWellFormed()) throw new SchemaError(path, 'text with half a surrogate pair');
  return value;
}
