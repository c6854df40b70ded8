/** A message is not as clients write it: whoever reads it lets the generated code find out what it means. */
export const UNUSUAL: Error = new Error('an unusual message');

/** Longer texts are read by the system, shorter ones faster by ourselves. */
const SHORT = 24;

const MAX_FIELD = 2 ** 29 - 1;

/**
 * Reads the fields of a message one after the other. What no client writes (groups, a length beyond the end, text that
 * is no UTF-8) is thrown as {@link UNUSUAL}. Whoever does not know a field comes to the next one.
 */
export class FieldReader {
  readonly #bytes: Buffer;
  readonly #end: number;
  #at: number;
  /** Of the field that was come to last. */
  field = 0;
  #hasLength = false;
  #value = 0;

  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.#bytes = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#at = start;
    this.#end = end;
  }

  /** Comes to the next field; false at the end. */
  next(): boolean {
    if (this.#at === this.#end) return false;
    const tag = this.#bytes[this.#at] ?? 0;
    this.#at += 1;
    const kind = tag & 7;
    this.field = tag >> 3;
    if (tag > 0x7f || this.field === 0 || (kind !== 0 && kind !== 2)) return this.#unknown();
    this.#hasLength = kind === 2;
    this.#value = this.#varint();
    if (!this.#hasLength) return true;
    this.#at += this.#value;
    if (this.#at > this.#end) throw UNUSUAL;
    return true;
  }

  /** Bytes of the field's text or message. */
  get length(): number {
    return this.#hasLength ? this.#value : 0;
  }

  /** A field that none of our messages has: of a number above 15, or a number of a fixed size. */
  #unknown(): boolean {
    this.#at -= 1;
    const tag = this.#varint();
    const kind = tag % 8;
    this.field = Math.floor(tag / 8);
    if (this.field === 0 || this.field > MAX_FIELD) throw UNUSUAL;
    // Whoever knows it by another kind asks for a text or a whole number, and is told that this is none.
    this.#hasLength = kind !== 0;
    if (kind === 0) this.#value = this.#varint();
    else if (kind === 1 || kind === 5) this.#value = kind === 1 ? 8 : 4;
    else if (kind === 2) this.#value = this.#varint();
    else throw UNUSUAL;
    if (kind !== 0) this.#at += this.#value;
    if (this.#at > this.#end) throw UNUSUAL;
    if (kind !== 0 && kind !== 2 && this.field <= 15) throw UNUSUAL;
    return true;
  }

  /** The field's whole number, from 0 to 2^53 − 1. */
  number(): number {
    if (this.#hasLength) throw UNUSUAL;
    return this.#value;
  }

  /** The same, up to 2^31 − 1: above that it would be cut off, or mean something below zero. */
  int32(): number {
    if (this.number() >= 2 ** 31) throw UNUSUAL;
    return this.#value;
  }

  bytes(): Uint8Array {
    const { buffer, byteOffset } = this.#bytes;
    return new Uint8Array(buffer, byteOffset + this.#start(), this.#value);
  }

  /** The same as text of which each character is a byte. */
  latin1(): string {
    return this.#bytes.toString('latin1', this.#start(), this.#at);
  }

  text(): string {
    const start = this.#start();
    if (this.#value > SHORT) return this.#utf8(start);
    let value = '';
    for (let at = start; at < this.#at; at += 1) {
      const code = this.#bytes[at] ?? 0;
      if (code > 0x7f) return this.#utf8(start);
      value += ASCII[code];
    }
    return value;
  }

  /** The fields of the message that the field holds. */
  message(): FieldReader {
    return new FieldReader(this.#bytes, this.#start(), this.#at);
  }

  #start(): number {
    if (!this.#hasLength) throw UNUSUAL;
    return this.#at - this.#value;
  }

  #utf8(start: number): string {
    const value = this.#bytes.toString('utf8', start, this.#at);
    // That may have been there, or stand for what is no text.
    if (value.includes('\ufffd')) throw UNUSUAL;
    return value;
  }

  #varint(): number {
    let value = 0;
    let factor = 1;
    for (let digits = 1; digits <= 8; digits += 1) {
      const byte = this.#at < this.#end ? this.#bytes[this.#at] : undefined;
      if (byte === undefined) throw UNUSUAL;
      this.#at += 1;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) throw UNUSUAL;
        return value;
      }
      factor *= 0x80;
    }
    throw UNUSUAL;
  }
}

const ASCII: readonly string[] = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));
