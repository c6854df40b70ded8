import { CodedError, messageOf } from '@cosi-ts/core';
import {
  LineCounter,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  parseAllDocuments,
  type Document,
  type YAMLMap,
} from 'yaml';
import type { TypeLookup } from '../registry.ts';
import { SchemaError } from '../resource/errors.ts';
import type { Resource } from '../resource/resource.ts';
import { parseMetadata } from './parse-metadata.ts';
import { YamlNodeError, entriesOf, type YamlEntry } from './yaml-nodes.ts';

/** A text that is not the YAML form of a resource: why, and where, counted from 1. */
export class ResourceYamlError extends CodedError {
  readonly code = 'resource-yaml';
  readonly line: number;
  readonly column: number;

  constructor(line: number, column: number, reason: string) {
    super(`${line}:${column}: ${reason}`);
    this.line = line;
    this.column = column;
  }
}

/**
 * Reads the YAML form of a whole resource: a mapping of `metadata` and `spec`, and nothing else. Metadata is text,
 * whatever it looks like (`id: 123`); keys of it that are unknown are passed over, what is missing is as in a resource
 * that was never stored. Times have whole seconds in this form.
 *
 * @param types the types that may occur: only the declaration of one says what its spec means.
 * @throws ResourceYamlError
 */
export function parseResourceYaml(text: string, types: TypeLookup): Resource {
  const lines = new LineCounter();
  const at = (offset: number, reason: string): ResourceYamlError => {
    const { line, col } = lines.linePos(offset);
    return new ResourceYamlError(Math.max(1, line), Math.max(1, col), reason);
  };
  try {
    return read(singleDocument(text, lines), types);
  } catch (thrown) {
    if (thrown instanceof YamlNodeError) throw at(thrown.offset, thrown.message);
    // Nested deeper than the stack reaches.
    if (thrown instanceof RangeError) throw at(0, `cannot be read: ${messageOf(thrown)}`);
    throw thrown;
  }
}

function singleDocument(text: string, lineCounter: LineCounter): Document {
  const documents = parseAllDocuments(text, { lineCounter, prettyErrors: false, uniqueKeys: sayTheSame });
  const [document, second] = 'empty' in documents ? [] : documents;
  if (document === undefined) throw new YamlNodeError(0, 'there is no document');
  const [error] = document.errors;
  if (error !== undefined) throw new YamlNodeError(error.pos[0], error.message);
  if (second !== undefined) throw new YamlNodeError(second.range[0], 'there is more than one document');
  return document;
}

/** Keys are text: `1` and `0x1` are two, though they are one number. */
function sayTheSame(a: unknown, b: unknown): boolean {
  return isScalar(a) && isScalar(b) && (a.source ?? a.value) === (b.source ?? b.value);
}

function read(document: Document, types: TypeLookup): Resource {
  const root = document.contents;
  if (!isMap(root)) throw new YamlNodeError(root?.range?.[0] ?? 0, 'a resource is a mapping of metadata and spec');
  const entries = entriesOf(root);
  const metadataNode = entries.get('metadata');
  const specNode = entries.get('spec');
  if (entries.size !== 2 || metadataNode === undefined || specNode === undefined) {
    throw new YamlNodeError(root.range?.[0] ?? 0, 'a resource has the keys metadata and spec, and no others');
  }
  if (!isMap(metadataNode.value)) throw new YamlNodeError(metadataNode.offset, 'metadata is no mapping');
  const metadata = parseMetadata(metadataNode.value);
  const type = types.find(metadata.type);
  if (type === undefined) {
    const offset = entriesOf(metadataNode.value).get('type')?.offset ?? metadataNode.offset;
    throw new YamlNodeError(
      offset,
      `failed to create resource: no resource is registered for the resource type ${metadata.type}`,
    );
  }
  return { metadata, spec: readSpec(document, specNode, (value) => type.spec.fromPlain(value)) };
}

/** How often aliases may be followed: a small text can stand for a huge value. */
const MAX_ALIASES = 100;

/** A mapping of nearly all types; what else a spec may be its type knows. */
function readSpec(
  document: Document,
  { value: node, offset }: YamlEntry,
  fromPlain: (value: unknown) => unknown,
): unknown {
  let plain: unknown;
  try {
    plain = isNode(node) ? node.toJS(document, { maxAliasCount: MAX_ALIASES }) : null;
  } catch (thrown) {
    throw new YamlNodeError(offset, messageOf(thrown));
  }
  if (plain === null || plain === undefined) throw new YamlNodeError(offset, 'the spec is empty');
  try {
    return fromPlain(plain);
  } catch (thrown) {
    if (!(thrown instanceof SchemaError)) throw thrown;
    throw new YamlNodeError(isMap(node) ? offsetOfPath(node, thrown.path) : offset, `spec: ${thrown.message}`);
  }
}

/** Where the part of a spec stands that a path names, or the nearest part around it that stands anywhere. */
function offsetOfPath(node: YAMLMap, path: string): number {
  let offset = node.range?.[0] ?? 0;
  let current: unknown = node;
  for (const [, name, quoted, index] of path.matchAll(/([^.[\]]+)|\[("(?:[^"\\]|\\.)*")\]|\[(\d+)\]/g)) {
    if (!isCollection(current)) break;
    const key = index === undefined ? (name ?? (JSON.parse(quoted ?? '""') as string)) : Number(index);
    const pair = isMap(current) ? entriesOf(current).get(String(key)) : undefined;
    if (pair !== undefined) offset = pair.offset;
    current = pair === undefined ? current.get(key, true) : pair.value;
    if (isPair(current) || !isNode(current)) break;
    offset = current.range?.[0] ?? offset;
  }
  return offset;
}
