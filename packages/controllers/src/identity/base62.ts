import { CodedError } from '@cosi-ts/core';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Text that is not base62: which UTF-16 unit of it is at fault. */
export class Base62Error extends CodedError {
  readonly code = 'base62';
  readonly position: number;

  constructor(position: number) {
    super(`not base62: unexpected character at position ${position}`);
    this.position = position;
  }
}

/**
 * Encodes bytes in the bit-packing base62 of Talos node ids. It is no division by 62: bits are taken from the end of the
 * array, six to a character. Six bits of the form `x1111x` would be 30, 31, 62 or 63, of which two have no character; so
 * all four are written as 30 or 31, which stand for five bits only. The text is longer the more of them there are.
 */
export function encodeBase62(bytes: Uint8Array): string {
  const end = bytes.length * 8;
  let text = '';
  for (let position = 0; position < end;) {
    const value = sixBits(bytes, position);
    if (!isShort(value)) {
      text += ALPHABET.charAt(value);
      position += 6;
    } else {
      text += ALPHABET.charAt(value & 31);
      position += end - position > 6 || value > 31 ? 5 : 6;
    }
  }
  return text;
}

/**
 * The bytes of base62 text.
 *
 * @throws Base62Error when a character is outside the alphabet.
 */
export function decodeBase62(text: string): Uint8Array<ArrayBuffer> {
  const reversed: number[] = [];
  let bits = 0;
  let pending = 0;
  for (let at = 0; at < text.length; at++) {
    const value = valueOf(text.charCodeAt(at));
    if (value < 0) throw new Base62Error(at);
    pending |= value << bits;
    // The last character carries no more than its number needs: leading zero bits of the array are implied.
    bits += at === text.length - 1 ? 32 - Math.clz32(value) : isShort(value) ? 5 : 6;
    if (bits >= 8) {
      reversed.push(pending & 0xff);
      pending >>>= 8;
      bits -= 8;
    }
  }
  if (bits > 0) reversed.push(pending);
  return Uint8Array.from(reversed.reverse());
}

/** Whether a value is written as a character that stands for five bits. */
function isShort(value: number): boolean {
  return (value & 0b011110) === 0b011110;
}

/** The six bits that start so many bits from the end; zero beyond the first byte. */
function sixBits(bytes: Uint8Array, position: number): number {
  const at = bytes.length - 1 - (position >> 3);
  const pair = (bytes[at] as number) | ((bytes[at - 1] ?? 0) << 8);
  return (pair >> (position & 7)) & 0x3f;
}

function valueOf(code: number): number {
  if (code >= 65 && code <= 90) return code - 65;
  if (code >= 97 && code <= 122) return code - 71;
  return code >= 48 && code <= 57 ? code + 4 : -1;
}
