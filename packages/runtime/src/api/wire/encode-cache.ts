/**
 * Encoded forms by the immutable object that they are the form of, so that whatever is sent to many is encoded
 * once. A process has one, made by whoever composes it and shared by all its stores.
 *
 * Two generations: what is asked for moves to the young one, and when that holds half of the bound the old one
 * is forgotten. Both hold their objects weakly, so the form of a version that nobody has any more goes with it,
 * and only the newest version stays for long.
 */
export class EncodeCache {
  readonly #half: number;
  #young = new WeakMap<object, Uint8Array>();
  #old = new WeakMap<object, Uint8Array>();
  /** Bytes that were put into the young generation. */
  #bytes = 0;

  /** @param limit bound on the encoded bytes that are held. */
  constructor(limit = 64 * 1024 * 1024) {
    this.#half = limit / 2;
  }

  /** The encoded form of `value`, from `encode` unless it is here. Nobody may change the bytes. */
  get<T extends object>(value: T, encode: (value: T) => Uint8Array): Uint8Array {
    const young = this.#young.get(value);
    if (young !== undefined) return young;
    const bytes = this.#old.get(value) ?? encode(value);
    this.#keep(value, bytes);
    return bytes;
  }

  /** Whether a form is here, without making it stay longer. */
  has(value: object): boolean {
    return this.#young.has(value) || this.#old.has(value);
  }

  #keep(value: object, bytes: Uint8Array): void {
    if (bytes.length > this.#half) return;
    if (this.#bytes + bytes.length > this.#half) {
      this.#old = this.#young;
      this.#young = new WeakMap();
      this.#bytes = 0;
    }
    this.#young.set(value, bytes);
    this.#bytes += bytes.length;
  }
}
