import {
  LineCounter,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  parseAllDocuments,
  type Alias,
  type Node,
  type YAMLMap,
} from 'yaml';
import { Problems } from '../problem.ts';
import { EntriesReader } from './entries.ts';
import { shownName } from './names.ts';
import { YAML_MESSAGES } from './messages.ts';
import { offsetOf } from './offset.ts';

/** A larger file is refused, in UTF-16 units: reading YAML costs some ten microseconds a field. */
export const MAX_CONFIG_LENGTH = 512 * 1024;
/** Deeper nesting is refused; no Talos configuration comes near. */
const MAX_DEPTH = 64;
/** More aliases are refused: each is read anew, so a small file could ask for much work. */
const MAX_ALIASES = 100;

/** A text read as YAML: the node at the root of each document that is not empty, and what is wrong with the text. */
export interface YamlDocuments {
  readonly roots: readonly Node[];
  /** Whether the roots can be relied on. */
  readonly readable: boolean;
  readonly problems: Problems;
  readonly entries: EntriesReader;
}

/** Reads any text as YAML; it throws nothing. Scalars stay text, since what they mean depends on the field. */
export function readDocuments(text: string, file: string): YamlDocuments {
  const lines = linesOf(text.length > MAX_CONFIG_LENGTH ? '' : text);
  const problems = new Problems(file, lines);
  const anchors = new Map<Alias, Node | undefined>();
  const entries = new EntriesReader((node) => (isAlias(node) ? anchors.get(node) : node));
  if (text.length > MAX_CONFIG_LENGTH) {
    problems.add(0, `the file is larger than ${MAX_CONFIG_LENGTH / 1024} KiB`);
    return { roots: [], readable: false, problems, entries };
  }
  const { roots, errors } = parse(text);
  for (const { at, message } of errors) problems.add(at, message);
  const readable = errors.length === 0 && roots.map((root) => new Walk(problems, anchors).visit(root)).every(Boolean);
  return { roots, readable, problems, entries };
}

/** All lines of a text. The parser would count them itself, but not those that it skips over when it is confused. */
function linesOf(text: string): LineCounter {
  const lines = new LineCounter();
  for (let at = 0; at >= 0; at = text.indexOf('\n', at) + 1 || -1) lines.addNewLine(at);
  return lines;
}

interface Parsed {
  readonly roots: readonly Node[];
  readonly errors: readonly { at: number; message: string }[];
}

function parse(text: string): Parsed {
  try {
    // The library looks for equal keys by comparing every pair of them, and its messages may quote the text: we do both.
    const options = { schema: 'failsafe', uniqueKeys: false, prettyErrors: false, logLevel: 'silent' } as const;
    const documents = parseAllDocuments(text, options);
    const errors = 'empty' in documents ? documents.errors : documents.flatMap((document) => document.errors);
    return {
      roots: [...documents].flatMap(({ contents }) => (contents === null || isEmpty(contents) ? [] : [contents])),
      errors: errors.map(({ code, pos }) => ({ at: pos[0], message: YAML_MESSAGES[code] })),
    };
  } catch (error) {
    // The library descends as deep as the text is nested. Whatever else it may throw is about the text as well.
    const message = error instanceof RangeError ? YAML_MESSAGES.RESOURCE_EXHAUSTION : YAML_MESSAGES.IMPOSSIBLE;
    return { roots: [], errors: [{ at: 0, message }] };
  }
}

function isEmpty(node: Node): boolean {
  return isScalar(node) && node.source === '' && node.type === 'PLAIN';
}

/** One pass over a document: what each alias stands for, and keys that are given twice. */
class Walk {
  readonly #problems: Problems;
  readonly #resolved: Map<Alias, Node | undefined>;
  readonly #anchors = new Map<string, Node>();

  constructor(problems: Problems, resolved: Map<Alias, Node | undefined>) {
    this.#problems = problems;
    this.#resolved = resolved;
  }

  /** @returns false when the document is not to be used. */
  visit(node: unknown, depth = 0): boolean {
    if (depth > MAX_DEPTH) return this.#refuse(node, YAML_MESSAGES.RESOURCE_EXHAUSTION);
    if (isAlias(node)) return this.#alias(node);
    if (!isCollection(node) && !isScalar(node)) return true;
    // Before the children: an alias may stand for what it is inside of.
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    if (isScalar(node)) return true;
    if (!isMap(node)) return node.items.map((item) => this.visit(item, depth + 1)).every(Boolean);
    const unique = this.#unique(node);
    return (
      node.items.map(({ key, value }) => this.visit(key, depth) && this.visit(value, depth + 1)).every(Boolean) &&
      unique
    );
  }

  #alias(alias: Alias): boolean {
    const node = this.#anchors.get(alias.source);
    this.#resolved.set(alias, node);
    if (node === undefined) return this.#refuse(alias, 'not valid YAML: an alias without its anchor');
    return this.#resolved.size <= MAX_ALIASES || this.#refuse(alias, `more than ${MAX_ALIASES} aliases`);
  }

  #unique(map: YAMLMap): boolean {
    const seen = new Map<unknown, number>();
    let unique = true;
    for (const { key } of map.items) {
      if (!isScalar(key)) continue;
      const first = seen.get(key.value);
      if (first === undefined) seen.set(key.value, offsetOf(key));
      else
        unique = this.#refuse(
          key,
          `${shownName(key.value)} is given twice, first in line ${this.#problems.line(first)}`,
        );
    }
    return unique;
  }

  #refuse(node: unknown, message: string): false {
    this.#problems.add(offsetOf(node), message);
    return false;
  }
}
