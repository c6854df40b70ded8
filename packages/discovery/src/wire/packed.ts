import { Buffer } from 'node:buffer';

declare const PACKED: unique symbol;

/**
 * Bytes as text, each a character. A text is one piece of the heap with 16 bytes around it, where an array of bytes is
 * four pieces with some 300: what is kept by the hundred thousand is kept like this, and a copy is made to send it.
 */
export type Packed = string & { readonly [PACKED]: never };

export const NOTHING = '' as Packed;

export function pack(bytes: Uint8Array): Packed {
  return packPart(asBuffer(bytes), 0, bytes.length);
}

/** A copy of a part, so that it does not keep the whole. */
export function packPart(bytes: Buffer, start: number, end: number): Packed {
  return bytes.toString('latin1', start, end) as Packed;
}

export function unpack(packed: Packed): Buffer {
  const bytes = Buffer.allocUnsafeSlow(packed.length);
  writePacked(packed, bytes, 0);
  return bytes;
}

/** @returns where it ends */
export function writePacked(packed: Packed, target: Buffer, start: number): number {
  return start + target.write(packed, start, 'latin1');
}

/** The same memory, with the methods of a Buffer. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
