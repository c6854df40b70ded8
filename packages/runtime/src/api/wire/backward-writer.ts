import { Bytes, messageSpace } from '@cosi-ts/core';

/** Longer texts are written by the system, shorter ones faster by ourselves. */
const SHORT = 32;
/** A buffer that was ever as long as this, in bytes, is not kept. */
const LARGE = 64 * 1024;

/**
 * Writes a protobuf message from its end to its beginning: the length of what is inside of something is known when it has
 * to be written, and nothing is moved. Fields, and what is repeated, are written last first.
 */
export class BackwardWriter {
  #buffer: Buffer = Buffer.allocUnsafeSlow(1024);
  /** Where what was written begins. */
  #start = this.#buffer.length;

  /** Bytes so far: what is written from here on can be made a message by {@link BackwardWriter.message}. */
  get length(): number {
    return this.#buffer.length - this.#start;
  }

  /** A field with a text, left out if it is empty. */
  text(field: number, value: string): void {
    if (value !== '') this.anyText(field, value);
  }

  /** The same, also if it is empty. */
  anyText(field: number, value: string): void {
    const length = value.length <= SHORT ? this.#ascii(value) : this.#utf8(value);
    this.#head(field, length);
  }

  /** A field with bytes. */
  bytes(field: number, value: Uint8Array | Bytes): void {
    if (value instanceof Bytes) {
      this.#make(value.length);
      this.#start -= value.length;
      value.copyTo(this.#buffer, this.#start);
    } else this.raw(value);
    this.#head(field, value.length);
  }

  /** What is encoded already, its tag included. */
  raw(value: Uint8Array): void {
    this.#make(value.length);
    this.#start -= value.length;
    this.#buffer.set(value, this.#start);
  }

  /** A field with a whole number, left out if it is zero. */
  number(field: number, value: number): void {
    if (value === 0) return;
    this.#varint(value);
    this.#varint(field << 3);
  }

  /** Makes a message of a field of all that was written since the length was `since`. */
  message(field: number, since: number): void {
    this.#head(field, this.length - since);
  }

  /** What was written, as it can be sent; the next one begins anew. */
  finish(): Uint8Array {
    const message = messageSpace(this.length);
    message.set(this.#buffer.subarray(this.#start));
    this.restart();
    return message;
  }

  /** Forgets what was written. */
  restart(): void {
    if (this.#buffer.length > LARGE) this.#buffer = Buffer.allocUnsafeSlow(1024);
    this.#start = this.#buffer.length;
  }

  #head(field: number, length: number): void {
    this.#varint(length);
    this.#varint((field << 3) | 2);
  }

  #varint(value: number): void {
    this.#make(10);
    if (value >= 0 && value < 0x80) {
      this.#buffer[(this.#start -= 1)] = value;
      return;
    }
    // What is below zero travels as ten digits, the last of which is 1.
    const size = value < 0 ? 10 : digits(value);
    this.#start -= size;
    let rest = value;
    for (let at = this.#start; at < this.#start + size - 1; at += 1) {
      const low = rest - Math.floor(rest / 0x80) * 0x80;
      this.#buffer[at] = low | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#buffer[this.#start + size - 1] = value < 0 ? 1 : rest;
  }

  /** Of a short text, as most are. */
  #ascii(value: string): number {
    const { length } = value;
    this.#make(length);
    const start = this.#start - length;
    for (let index = 0; index < length; index += 1) {
      const code = value.charCodeAt(index);
      if (code > 0x7f) return this.#utf8(value);
      this.#buffer[start + index] = code;
    }
    this.#start = start;
    return length;
  }

  #utf8(value: string): number {
    const length = Buffer.byteLength(value);
    this.#make(length);
    this.#start -= length;
    this.#buffer.write(value, this.#start, length, length === value.length ? 'latin1' : 'utf8');
    return length;
  }

  #make(room: number): void {
    if (room <= this.#start) return;
    const { length } = this;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, length + room));
    larger.set(this.#buffer.subarray(this.#start), larger.length - length);
    this.#buffer = larger;
    this.#start = larger.length - length;
  }
}

/** How many digits of seven bits a number has. */
function digits(value: number): number {
  let count = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) count += 1;
  return count;
}
