import { isMap, isScalar, isSeq, type Scalar } from 'yaml';
import { offsetOf } from './offset.ts';

/** A key of a mapping: where it stands, and its value with aliases followed. */
export interface Entry {
  readonly at: number;
  readonly value: unknown;
}

type Entries = ReadonlyMap<string, Entry>;

/** Reads mappings, each once: a hostile file may merge one into the next a thousand times. */
export class EntriesReader {
  readonly #resolve: (node: unknown) => unknown;
  readonly #read = new Map<unknown, Entries>();

  constructor(resolve: (node: unknown) => unknown) {
    this.#resolve = resolve;
  }

  /** The entries of a mapping, then those merged into it (`<<`) whose keys it does not have. */
  of(map: unknown): Entries {
    const before = this.#read.get(map);
    if (before || !isMap(map)) return before ?? new Map();
    const entries = new Map<string, Entry>();
    // Before what is merged: it may be the mapping itself.
    this.#read.set(map, entries);
    const merged: unknown[] = [];
    for (const { key, value } of map.items) {
      if (isMergeKey(key)) merged.push(this.#resolve(value));
      else entries.set(isScalar(key) ? String(key.value) : '', { at: offsetOf(key), value: this.#resolve(value) });
    }
    for (const source of merged.flatMap((value) => (isSeq(value) ? value.items : [value]))) {
      for (const [key, entry] of this.of(this.#resolve(source))) {
        if (!entries.has(key)) entries.set(key, entry);
      }
    }
    return entries;
  }

  /** The items of a list. */
  items(list: unknown): readonly Entry[] {
    return isSeq(list) ? list.items.map((item) => ({ value: this.#resolve(item), at: offsetOf(item) })) : [];
  }
}

/** Whether a node is a scalar without quotes. */
export function isPlain(node: unknown): node is Scalar & { source: string } {
  return isScalar(node) && node.type === 'PLAIN' && node.source !== undefined;
}

function isMergeKey(key: unknown): boolean {
  return isPlain(key) && key.source === '<<';
}
