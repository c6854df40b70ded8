import { compareUtf8 } from '@cosi-ts/core';

/** Something to be asked of label sets: whether it holds depends on nothing but the set. */
export interface LabelQuestion {
  holds(labels: Labels): boolean;
}

/**
 * An immutable set of labels or annotations: text to text, any text, ordered by the keys' UTF-8 bytes. Never a
 * plain object, so that a key named `__proto__` is a key like any other.
 */
export class Labels {
  static readonly empty = new Labels([], []);
  readonly #keys: readonly string[];
  readonly #values: readonly string[];
  /** The question that was asked last, and its answer. */
  #asked: LabelQuestion | undefined;
  #answer = false;

  private constructor(keys: readonly string[], values: readonly string[]) {
    this.#keys = keys;
    this.#values = values;
  }

  /** Later entries of one key win. */
  static from(entries: Iterable<readonly [string, string]>): Labels {
    if (Array.isArray(entries) && entries.length <= FEW) return Labels.#fromFew(entries);
    const sorted = [...new Map(entries)].sort(([a], [b]) => compareUtf8(a, b));
    if (sorted.length === 0) return Labels.empty;
    return new Labels(Object.freeze(sorted.map(([key]) => key)), Object.freeze(sorted.map(([, value]) => value)));
  }

  /** The same, each put where it belongs among those before it. */
  static #fromFew(entries: readonly (readonly [string, string])[]): Labels {
    if (entries.length === 0) return Labels.empty;
    const [keys, values]: [string[], string[]] = [[], []];
    for (const [key, value] of entries) {
      let at = keys.length;
      let order = 1;
      while (at > 0 && (order = compareUtf8(keys[at - 1] as string, key)) > 0) at -= 1;
      if (at > 0 && order === 0) values[at - 1] = value;
      else {
        keys.splice(at, 0, key);
        values.splice(at, 0, value);
      }
    }
    return new Labels(Object.freeze(keys), Object.freeze(values));
  }

  /** For literals in code: `Labels.of({ app: 'web' })`. */
  static of(record: Readonly<Record<string, string>>): Labels {
    return Labels.from(Object.entries(record));
  }

  get size(): number {
    return this.#keys.length;
  }

  get(key: string): string | undefined {
    const index = this.#indexOf(key);
    return index < 0 ? undefined : this.#values[index];
  }

  has(key: string): boolean {
    return this.#indexOf(key) >= 0;
  }

  /** A set with the key set; this one if it is set so already. */
  with(key: string, value: string): Labels {
    return this.get(key) === value ? this : Labels.from([...this, [key, value]]);
  }

  /** A set without the key; this one if it is not there. */
  without(key: string): Labels {
    return this.has(key) ? Labels.from([...this].filter(([other]) => other !== key)) : this;
  }

  equals(other: Labels): boolean {
    if (this === other) return true;
    if (this.size !== other.size) return false;
    return this.#keys.every((key, index) => key === other.#keys[index] && this.#values[index] === other.#values[index]);
  }

  /**
   * Whether it holds for this set. Equal resources share a set, so whoever asks about many resources, one question
   * after the other, has it evaluated once per distinct set.
   */
  ask(question: LabelQuestion): boolean {
    if (this.#asked !== question) {
      this.#answer = question.holds(this);
      this.#asked = question;
    }
    return this.#answer;
  }

  keys(): readonly string[] {
    return this.#keys;
  }

  /** In the order of {@link Labels.keys}. */
  values(): readonly string[] {
    return this.#values;
  }

  #indexOf(key: string): number {
    return this.#keys.length <= FEW ? this.#keys.indexOf(key) : search(this.#keys, key);
  }

  *[Symbol.iterator](): IterableIterator<readonly [string, string]> {
    for (const [index, key] of this.#keys.entries()) yield [key, this.#values[index] ?? ''];
  }
}

/** So many keys are looked through faster than they are searched. */
const FEW = 16;

/** Where a key is in keys that are in order; -1 if it is not there. */
function search(keys: readonly string[], key: string): number {
  let [from, to] = [0, keys.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (compareUtf8(keys[middle] as string, key) < 0) from = middle + 1;
    else to = middle;
  }
  return keys[from] === key ? from : -1;
}
