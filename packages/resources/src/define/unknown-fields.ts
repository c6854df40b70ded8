import type { Bytes } from '@cosi-ts/core';

/**
 * Where an object keeps what its writer said in protobuf fields that the declaration does not know, so that a
 * read-modify-write does not lose it. The key is a symbol, so no name clashes with it and neither JSON nor YAML shows it; it
 * is enumerable, so spreads and drafts carry it along. Objects without such fields, that is nearly all, have no such key.
 */
const UNKNOWN_FIELDS: unique symbol = Symbol.for('cosi-ts.unknown-fields');

interface Carrier {
  [UNKNOWN_FIELDS]?: Bytes;
}

export function unknownFieldsOf(object: object): Bytes | undefined {
  return (object as Carrier)[UNKNOWN_FIELDS];
}

export function setUnknownFields(object: object, bytes: Bytes): void {
  (object as Carrier)[UNKNOWN_FIELDS] = bytes;
}

export function sameUnknownFields(a: object, b: object): boolean {
  const left = unknownFieldsOf(a);
  const right = unknownFieldsOf(b);
  return left === right || (left !== undefined && right !== undefined && left.equals(right));
}
