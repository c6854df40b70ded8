import { isAlias, isMap, isScalar, parseDocument, type Document, type Node } from 'yaml';
import { plainScalar } from './scalar.ts';
import type { YamlValue } from './value.ts';

/** A parsed document: its nodes keep the style in which they were written. */
export type YamlDocument = Document.Parsed;

/**
 * Parses the first document of a text.
 *
 * @throws YamlSyntaxError where the text is no YAML.
 */
export function parseYaml(text: string): YamlDocument {
  // Every scalar stays text here; what it stands for is decided by `yamlValue`, as Go would.
  const document = parseDocument(text, { schema: 'failsafe', uniqueKeys: false, logLevel: 'silent' });
  const error = document.errors.find(({ code }) => code !== 'MULTIPLE_DOCS');
  if (error !== undefined) throw new YamlSyntaxError(error.message.split('\n')[0]?.replace(/:$/, '') ?? 'no YAML');
  return document;
}

export class YamlSyntaxError extends Error {
  override readonly name = 'YamlSyntaxError';
}

/** A document as data. */
export function yamlValue(document: YamlDocument): YamlValue {
  return nodeValue(document.contents, document);
}

function nodeValue(node: unknown, document: YamlDocument): YamlValue {
  if (isAlias(node)) return nodeValue(node.resolve(document), document);
  if (isScalar(node)) return scalarValue(String(node.value), node.type, node.tag);
  if (isMap(node)) {
    return new Map(node.items.map(({ key, value }) => [keyText(key as Node | null), nodeValue(value, document)]));
  }
  // What is left is a sequence, or nothing where a value could be.
  const { items } = (node ?? {}) as { readonly items?: readonly unknown[] };
  return items === undefined ? null : items.map((item) => nodeValue(item, document));
}

function scalarValue(text: string, style: string | undefined, tag: string | undefined): YamlValue {
  const kind = tag?.replace('tag:yaml.org,2002:', '');
  if (kind === 'str') return text;
  // A tag of another application says nothing here; those of YAML itself make a quoted number one.
  const value = style === 'PLAIN' || KINDS.has(kind ?? '') ? plainScalar(text) : text;
  return kind === 'float' && typeof value === 'bigint' ? Number(value) : value;
}

const KINDS: ReadonlySet<string> = new Set(['null', 'bool', 'int', 'float', 'timestamp']);

function keyText(key: Node | null): string {
  return isScalar(key) ? String(key.value) : (key?.toString() ?? '').trim();
}
