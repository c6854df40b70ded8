/**
 * An immutable sequence of bytes. `Object.freeze` refuses a typed array, so the array is private: what goes in
 * and what comes out is a copy, and everybody may share the value.
 */
export class Bytes {
  static readonly empty = new Bytes(new Uint8Array(0));
  readonly #data: Uint8Array;

  private constructor(data: Uint8Array) {
    this.#data = data;
    Object.freeze(this);
  }

  static from(data: Uint8Array | readonly number[]): Bytes {
    return data.length === 0 ? Bytes.empty : new Bytes(copied(data));
  }

  /** @returns undefined if the text is not base64 in the standard alphabet with padding. */
  static fromBase64(text: string): Bytes | undefined {
    if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) return undefined;
    return Bytes.from(Buffer.from(text, 'base64'));
  }

  get length(): number {
    return this.#data.length;
  }

  at(index: number): number | undefined {
    return this.#data[index];
  }

  /** A copy that the caller may change. */
  toUint8Array(): Uint8Array {
    return this.#data.slice();
  }

  /** Puts them into an array of somebody's, from an index on. */
  copyTo(target: Uint8Array, at: number): void {
    target.set(this.#data, at);
  }

  toBase64(): string {
    return Buffer.from(this.#data.buffer, this.#data.byteOffset, this.#data.length).toString('base64');
  }

  equals(other: Bytes): boolean {
    return this === other || Buffer.compare(this.#data, other.#data) === 0;
  }

  [Symbol.iterator](): Iterator<number> {
    return this.#data.values();
  }

  /** Never the content: bytes are often keys. */
  toJSON(): string {
    return `<${this.length} bytes>`;
  }
}

/** Small ones share their memory with others, as Node's buffers do: one of their own costs some hundred bytes more. */
function copied(data: Uint8Array | readonly number[]): Uint8Array {
  const { buffer, byteOffset, length } = Buffer.allocUnsafe(data.length);
  // Not a Buffer, whose `slice` shares what it is of.
  const copy = new Uint8Array(buffer, byteOffset, length);
  copy.set(data);
  return copy;
}
