/**
 * A small, fast, seeded generator (sfc32): the simulation's only chance. Not for secrets, and good enough for
 * everything else.
 */
export class Prng {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** @param stream tells generators of one seed apart, for example a node's name. */
  constructor(seed: number, stream: string) {
    const high = Math.floor(seed / 2 ** 32) | 0;
    this.#a = hashText(stream, seed | 0);
    this.#b = hashText(stream, high ^ 0x9e3779b9);
    this.#c = Math.imul(seed | 0, 0x85ebca6b) ^ high;
    for (let round = 0; round < 12; round += 1) this.uint32();
  }

  uint32(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** A number in [0, 1). */
  uniform(): number {
    return this.uint32() / 2 ** 32;
  }

  /** A whole number in [0, count). */
  below(count: number): number {
    return Math.floor(this.uniform() * count);
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let index = 0; index < length; index += 1) bytes[index] = this.uint32() >>> 24;
    return bytes;
  }
}

/** A 32-bit hash of a text and a number to begin with (FNV-1a between two mixes). */
export function hashText(text: string, basis: number): number {
  let hash = Math.imul(basis ^ (basis >>> 16) ^ 0x811c9dc5, 0x85ebca6b);
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  return hash ^ (hash >>> 15);
}
