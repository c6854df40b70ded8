import type { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { ScalarShape } from '../shape.ts';
import { duration } from './duration.ts';
import { bytes, hardwareAddress, textBytes } from './bytes.ts';
import { enumeration, flags } from './names.ts';
import { ipAddress, ipPort, ipPrefix } from './network.ts';
import { bool, int32, int64, uint32 } from './numbers.ts';
import { string } from './string.ts';
import { timestamp } from './timestamp.ts';

/** Everything that the interpreters need to know about one scalar shape. */
export interface Scalar<T = unknown> {
  /** What a missing value reads as; such a value is not written to the wire. */
  readonly zero: T;
  readonly wireType: WireType;
  /** The canonical form of a value from TypeScript. @throws SchemaError */
  check(value: unknown, path: string): T;
  isZero(value: T): boolean;
  equals(a: T, b: T): boolean;
  /** Writes the value behind its tag. */
  write(writer: BinaryWriter, value: T): void;
  /** Reads a value behind its tag. */
  read(reader: BinaryReader): T;
  /** The value as YAML and JSON see it. */
  toPlain(value: T): Plain;
  /** From what a YAML parser gives. @throws SchemaError */
  fromPlain(value: unknown, path: string): T;
}

/** Plain data of a scalar. */
export type Plain = string | number | boolean | readonly number[];

const SCALARS = {
  string,
  bool,
  int32,
  int64,
  uint32,
  timestamp,
  duration,
  bytes,
  textBytes,
  hardwareAddress,
  ipAddress,
  ipPrefix,
  ipPort,
};

export function scalarOf(shape: ScalarShape): Scalar {
  if (shape.type === 'enum') return enumeration(shape.names);
  if (shape.type === 'flags') return flags(shape.names);
  return SCALARS[shape.type];
}
