import { itemIndent, textYaml, valueIndent, type BlockIndent } from '@cosi-ts/resources';
import { isAlias, isMap, isScalar, isSeq, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml';
import type { YamlDocument } from './parse.ts';
import { styledScalar } from './write-scalar.ts';

/**
 * Writes `key: <document>` with the indentation of Go's YAML: four spaces for each level, sequences inside their key.
 * The style of scalars and of flow collections stays as it was read, and so do comments.
 *
 * @returns lines, with a newline after each.
 */
export function writeYamlEntry(key: string, document: YamlDocument): string {
  return `${valueLines(`${key}:`, document.contents, valueIndent(0)).join('\n')}\n`;
}

/** Writes `key: <text>` for a text that is no YAML of ours to re-indent: as a literal block if it has several lines. */
export function writeYamlText(key: string, text: string): string {
  return `${key}: ${textYaml(text, valueIndent(0))}\n`;
}

/** The lines of a value that begins after `head`; what does not fit on its line is indented by `within`. */
function valueLines(head: string, node: unknown, within: BlockIndent): readonly string[] {
  const { column } = within;
  if (isBlockCollection(node)) {
    return [head + properties(node), ...comments(node.commentBefore, column), ...collectionLines(node, column)];
  }
  const [comment, ...more] = comments((node as { comment?: string } | null)?.comment, column);
  const text = inline(node, within, false);
  return [`${head}${text === '' ? '' : ' '}${text}${comment === undefined ? '' : ` ${comment.trimStart()}`}`, ...more];
}

function collectionLines(node: YAMLMap | YAMLSeq, column: number): readonly string[] {
  const lines = isMap(node)
    ? node.items.flatMap(({ key, value }) => pairLines(key, value, column))
    : node.items.flatMap((item) => itemLines(item, column));
  return [...lines, ...comments(node.comment, column)];
}

function pairLines(key: unknown, value: unknown, column: number): readonly string[] {
  const before = comments((key as { commentBefore?: string } | null)?.commentBefore, column);
  const within = valueIndent(column);
  const name = inline(key, within, false) || "''";
  const isSimple = (isScalar(key) || isAlias(key)) && !name.includes('\n');
  // A collection as a key, or a text of several lines, needs the long form, in which the value has a line of its own.
  const lines = isSimple
    ? valueLines(`${pad(column)}${name}:`, value, within)
    : [`${pad(column)}? ${name}`, ...valueLines(`${pad(column)}:`, value, within)];
  return [...before, ...lines];
}

function itemLines(item: unknown, column: number): readonly string[] {
  const before = comments((item as { commentBefore?: string } | null)?.commentBefore, column);
  const dash = `${pad(column)}-`;
  const within = itemIndent(column);
  if (!isBlockCollection(item) || properties(item) !== '') return [...before, ...valueLines(dash, item, within)];
  const [first = '', ...rest] = collectionLines(item, within.column);
  return [...before, `${dash} ${first.trimStart()}`, ...rest];
}

/** A value that begins on its line and has no entries of its own on others. */
function inline(node: unknown, within: BlockIndent, inFlow: boolean): string {
  if (isAlias(node)) return `*${node.source}`;
  if (isScalar(node)) return withProperties(node, styledScalar(node, within, inFlow));
  if (isMap(node)) {
    const pairs = node.items.map(
      ({ key, value }) => `${inline(key, within, true)}: ${inline(value, within, true) || "''"}`,
    );
    return withProperties(node, `{${pairs.join(', ')}}`);
  }
  if (!isSeq(node)) return '';
  return withProperties(node, `[${node.items.map((item) => inline(item, within, true)).join(', ')}]`);
}

function isBlockCollection(node: unknown): node is YAMLMap | YAMLSeq {
  return (isMap(node) || isSeq(node)) && node.flow !== true && node.items.length > 0;
}

function withProperties(node: Scalar | YAMLMap | YAMLSeq, text: string): string {
  const before = properties(node).trimStart();
  return before === '' || text === '' ? before + text : `${before} ${text}`;
}

/** The anchor and the tag, each after a space. */
function properties(node: Scalar | YAMLMap | YAMLSeq): string {
  const tag = node.tag === undefined ? '' : ` ${node.tag.replace(/^tag:yaml\.org,2002:/, '!!')}`;
  const anchor = node.anchor === undefined ? '' : ` &${node.anchor}`;
  return anchor + tag;
}

function comments(text: string | null | undefined, column: number): readonly string[] {
  if (text === null || text === undefined) return [];
  return text.split('\n').map((line) => (line === '' ? '' : `${pad(column)}#${line}`));
}

function pad(column: number): string {
  return ' '.repeat(column);
}
