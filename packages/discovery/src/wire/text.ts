import { Buffer } from 'node:buffer';
import { MalformedMessageError } from './malformed.ts';

/**
 * The text itself, if UTF-8 can carry it: an encoder would silently replace a lone surrogate, and two different ids
 * would become one.
 *
 * @throws MalformedMessageError if it holds a lone surrogate
 */
export function text(value: string, typeName: string): string {
  if (!value.isWellFormed()) throw new MalformedMessageError(typeName, 'text holds a lone surrogate');
  return value;
}

/** Length in bytes as UTF-8; all limits of the protocol count these and not UTF-16 units. */
export function textBytes(value: string): number {
  return Buffer.byteLength(value, 'utf8');
}
