import { isAlias, isMap, isScalar, isSeq, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml';
import type { YamlDocument } from './parse.ts';
import { blockScalarLines, inlineScalar, isBlockScalar, textLines } from './write-scalar.ts';

const LEVEL = 4;
/** Within an item of a sequence everything stands under what follows the dash. */
const DASH = 2;

/**
 * Writes `key: <document>` with the indentation of Go's YAML: four spaces for each level, sequences inside their key.
 * The style of scalars and of flow collections stays as it was read, and so do comments.
 *
 * @returns lines, with a newline after each.
 */
export function writeYamlEntry(key: string, document: YamlDocument): string {
  return valueLines(`${key}:`, document.contents, LEVEL)
    .map((line) => `${line}\n`)
    .join('');
}

/** Writes `key: <text>` for a text that is no YAML of ours to re-indent: as a literal block if it has several lines. */
export function writeYamlText(key: string, text: string): string {
  const { indicator, lines } = textLines(text, LEVEL);
  return [`${key}: ${indicator}`, ...lines].map((line) => `${line}\n`).join('');
}

/** The lines of a value that begins after `head`; what does not fit on its line is indented by `within`. */
function valueLines(head: string, node: unknown, within: number): readonly string[] {
  if (isBlockCollection(node)) {
    return [head + properties(node), ...comments(node.commentBefore, within), ...collectionLines(node, within)];
  }
  if (isScalar(node) && isBlockScalar(node)) {
    const { indicator, lines } = blockScalarLines(node, within);
    return [`${head}${properties(node)} ${indicator}`, ...lines];
  }
  const [comment, ...more] = comments((node as { comment?: string } | null)?.comment, within);
  const text = inline(node, { column: within, inFlow: false });
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
  const within = column - (column % LEVEL) + LEVEL;
  const name = inline(key, { column: within, inFlow: false });
  // Only a collection as a key needs the long form, in which the value has a line of its own.
  const lines =
    isScalar(key) || isAlias(key)
      ? valueLines(`${pad(column)}${name === '' ? "''" : name}:`, value, within)
      : [`${pad(column)}? ${name}`, ...valueLines(`${pad(column)}:`, value, within)];
  return [...before, ...lines];
}

function itemLines(item: unknown, column: number): readonly string[] {
  const before = comments((item as { commentBefore?: string } | null)?.commentBefore, column);
  const dash = `${pad(column)}-`;
  if (!isBlockCollection(item) || properties(item) !== '') {
    return [...before, ...valueLines(dash, item, column + DASH)];
  }
  const [first = '', ...rest] = collectionLines(item, column + DASH);
  return [...before, `${dash} ${first.trimStart()}`, ...rest];
}

/** Where a value that stands on its line as a whole is, and where its further lines would begin. */
interface Place {
  readonly column: number;
  /** Between brackets. */
  readonly inFlow: boolean;
}

function inline(node: unknown, place: Place): string {
  if (isAlias(node)) return `*${node.source}`;
  if (isScalar(node)) return join(properties(node).trimStart(), inlineScalar(node, place));
  const flow = { ...place, inFlow: true };
  if (isMap(node)) {
    const pairs = node.items.map(({ key, value }) => `${inline(key, flow)}: ${inline(value, flow) || "''"}`);
    return join(properties(node).trimStart(), `{${pairs.join(', ')}}`);
  }
  if (!isSeq(node)) return '';
  const items = node.items.map((item) => inline(item, flow));
  return join(properties(node).trimStart(), `[${items.join(', ')}]`);
}

function isBlockCollection(node: unknown): node is YAMLMap | YAMLSeq {
  return (isMap(node) || isSeq(node)) && node.flow !== true && node.items.length > 0;
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

function join(before: string, text: string): string {
  return before === '' || text === '' ? before + text : `${before} ${text}`;
}

function pad(column: number): string {
  return ' '.repeat(column);
}
