import { isMap, isScalar, isSeq, type Scalar } from 'yaml';
import type { YamlDocuments } from './documents.ts';
import { isPlain, type Entry } from './entries.ts';
import { isPlainName, nearestName, shownName } from './names.ts';

/** A value that was read, and the offset of the key (or list item) to name when it is wrong. */
export interface Field<T> {
  readonly value: T;
  readonly at: number;
}

/** A key or kind that is read by nobody. */
export interface Ignored {
  readonly name: string;
  readonly at: number;
}

/** Longer lists are refused: no configuration has them, and an alias could multiply them. */
const MAX_ITEMS = 1000;

/**
 * One mapping of a file. A key is known by being read, so what is left over when all was read is unknown; there is no second
 * list of keys. A value of the wrong type is a problem of the file and counts as absent, as does null.
 */
export class Section {
  /** The keys on the way here, as `cluster.discovery`. */
  readonly path: string;
  /** The offset of this section's own key, or of its start. */
  readonly at: number;
  readonly #yaml: YamlDocuments;
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #known = new Set<string>();

  constructor(yaml: YamlDocuments, path: string, at: number, map: unknown) {
    this.path = path;
    this.at = at;
    this.#yaml = yaml;
    this.#entries = yaml.entries.of(map);
  }

  /** The offset of a key; of the section where the key is missing. */
  offset(key: string): number {
    return this.#entries.get(key)?.at ?? this.at;
  }

  /** A mapping below this one. Null is as good as missing; an empty mapping is not. */
  section(key: string): Section | undefined {
    const entry = this.#read(key);
    if (!entry) return undefined;
    if (isMap(entry.value)) return new Section(this.#yaml, this.#child(key), entry.at, entry.value);
    return this.#wrong(entry.at, key, 'must be a mapping');
  }

  /** The mappings of a list. */
  sections(key: string): readonly Section[] {
    return this.#items(key).flatMap(({ value, at }, index) => {
      if (isMap(value)) return [new Section(this.#yaml, `${this.#child(key)}[${index}]`, at, value)];
      return this.#wrong(at, `${key}[${index}]`, 'must be a mapping') ?? [];
    });
  }

  /** A text; numbers and the like are taken as they are written. */
  text(key: string): Field<string> | undefined {
    const entry = this.#read(key);
    return entry && this.#textOf(entry, key);
  }

  /** The node of a text, for who edits it in place; an empty one when nothing stands behind the key. */
  scalar(key: string): Scalar | undefined {
    const value = this.#entries.get(key)?.value;
    return isScalar(value) ? value : undefined;
  }

  /** The texts of a list; undefined where the list is missing, which may differ from an empty one. */
  texts(key: string): readonly Field<string>[] | undefined {
    if (!this.#read(key)) return undefined;
    return this.#items(key).flatMap((item, index) => this.#textOf(item, `${key}[${index}]`) ?? []);
  }

  /** True or false, also in the words of YAML 1.1 (yes, no, on, off), which Talos accepts for such keys. */
  boolean(key: string): Field<boolean> | undefined {
    const entry = this.#read(key);
    if (!entry) return undefined;
    const word = isPlain(entry.value) ? entry.value.source : undefined;
    if (word !== undefined && TRUE.test(word)) return { value: true, at: entry.at };
    if (word !== undefined && FALSE.test(word)) return { value: false, at: entry.at };
    return this.#wrong(entry.at, key, 'must be true or false');
  }

  /** A whole number from 0 to `most`. */
  integer(key: string, most: number): Field<number> | undefined {
    const entry = this.#read(key);
    if (!entry) return undefined;
    const digits = isPlain(entry.value) ? entry.value.source : '';
    const value = /^\d{1,10}$/.test(digits) ? Number(digits) : Infinity;
    return value <= most
      ? { value, at: entry.at }
      : this.#wrong(entry.at, key, `must be a whole number from 0 to ${most}`);
  }

  /** Reports each key that nobody asked for, with the nearest that somebody did. */
  refuseUnknown(): void {
    for (const { key, at } of this.#unknown()) {
      const nearest = nearestName(key, this.#known);
      const hint = nearest === undefined ? `known are ${[...this.#known].join(', ')}` : `did you mean "${nearest}"?`;
      this.#yaml.problems.add(at, `unknown key ${shownName(key)} in ${this.path}: ${hint}`);
    }
  }

  /** The keys that nobody asked for. */
  ignored(): readonly Ignored[] {
    return this.#unknown().map(({ key, at }) => {
      const name = isPlainName(key) ? this.#child(key) : `${this.path === '' ? '' : `${this.path}: `}${shownName(key)}`;
      return { name: name.replaceAll(/\[\d+\]/g, '[]'), at };
    });
  }

  #child(key: string): string {
    return this.path === '' ? key : `${this.path}.${key}`;
  }

  #unknown(): { key: string; at: number }[] {
    return [...this.#entries].flatMap(([key, { at }]) => (this.#known.has(key) ? [] : [{ key, at }]));
  }

  #read(key: string): Entry | undefined {
    this.#known.add(key);
    const entry = this.#entries.get(key);
    return entry && isNull(entry.value) ? undefined : entry;
  }

  #items(key: string): readonly Entry[] {
    const entry = this.#read(key);
    if (!entry) return [];
    if (!isSeq(entry.value)) return this.#wrong(entry.at, key, 'must be a list') ?? [];
    if (entry.value.items.length > MAX_ITEMS) {
      return this.#wrong(entry.at, key, `must have at most ${MAX_ITEMS} items`) ?? [];
    }
    return this.#yaml.entries.items(entry.value);
  }

  #textOf({ value, at }: Entry, key: string): Field<string> | undefined {
    if (!isScalar(value)) return this.#wrong(at, key, 'must be a text');
    const text = String(value.value);
    return text.isWellFormed() ? { value: text, at } : this.#wrong(at, key, 'must be well-formed Unicode');
  }

  #wrong(at: number, key: string, what: string): undefined {
    this.#yaml.problems.add(at, `${this.#child(key)} ${what}`);
  }
}

const TRUE = /^(?:true|True|TRUE|yes|Yes|YES|on|On|ON|y|Y)$/;
const FALSE = /^(?:false|False|FALSE|no|No|NO|off|Off|OFF|n|N)$/;
const NULL = /^(?:|~|null|Null|NULL)$/;

function isNull(value: unknown): boolean {
  return value === undefined || value === null || (isPlain(value) && NULL.test(value.source));
}
