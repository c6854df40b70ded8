import type { Grpc } from './load.ts';

/** A call's metadata. Whoever looks for one key gets just that; all of it is made when somebody walks through it. */
export class WireMetadata implements ReadonlyMap<string, readonly string[]> {
  readonly #metadata: Grpc.Metadata;
  #all: ReadonlyMap<string, readonly string[]> | undefined;

  constructor(metadata: Grpc.Metadata) {
    this.#metadata = metadata;
  }

  get size(): number {
    return this.#map().size;
  }

  get(key: string): readonly string[] | undefined {
    const values = this.#metadata.get(key);
    if (values.length === 0) return undefined;
    return typeof values[0] === 'string' ? (values as string[]) : values.map(text);
  }

  has(key: string): boolean {
    return this.#metadata.get(key).length > 0;
  }

  keys(): MapIterator<string> {
    return this.#map().keys();
  }

  values(): MapIterator<readonly string[]> {
    return this.#map().values();
  }

  entries(): MapIterator<[string, readonly string[]]> {
    return this.#map().entries();
  }

  [Symbol.iterator](): MapIterator<[string, readonly string[]]> {
    return this.#map().entries();
  }

  forEach(tell: (values: readonly string[], key: string, map: ReadonlyMap<string, readonly string[]>) => void): void {
    for (const [key, values] of this.#map()) tell(values, key, this);
  }

  #map(): ReadonlyMap<string, readonly string[]> {
    this.#all ??= new Map(Object.entries(this.#metadata.toJSON()).map(([key, values]) => [key, values.map(text)]));
    return this.#all;
  }
}

function text(value: Grpc.MetadataValue): string {
  return typeof value === 'string' ? value : value.toString('base64');
}
