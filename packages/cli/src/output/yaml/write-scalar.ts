import type { Scalar } from 'yaml';

/** Whether a scalar takes lines of its own. */
export function isBlockScalar(node: Scalar): boolean {
  return node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED';
}

/** A scalar in the style it was read in, as Go writes that style. */
export function inlineScalar(
  node: Scalar,
  { column, inFlow }: { readonly column: number; readonly inFlow: boolean },
): string {
  const text = String(node.value);
  if (node.type === 'QUOTE_DOUBLE') return doubleQuoted(text);
  return node.type === 'QUOTE_SINGLE' || (inFlow && IN_FLOW.test(text)) ? singleQuoted(text, column) : text;
}

/** What Go quotes between brackets, even where it could do no harm; and nothing would be no value there. */
const IN_FLOW = /^$|[,?[\]{}:]/;

/** The indicator of a block's first line, and its other lines. */
interface BlockLines {
  readonly indicator: string;
  readonly lines: readonly string[];
}

/** Literal and folded text as it was read. */
export function blockScalarLines(node: Scalar, column: number): BlockLines {
  const text = String(node.value);
  const folded = node.type === 'BLOCK_FOLDED';
  return blockLines(text, folded ? '>' : '|', folded ? unfold(text) : text, column);
}

/** A text as Go writes it where no style is given: a literal block if it has several lines and can be one, else quoted. */
export function textLines(text: string, column: number): BlockLines {
  const literal =
    text.includes('\n') && !/[^\n\u0020-\u007e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]|^\n| (?:\n|$)/.test(text);
  return literal ? blockLines(text, '|', text, column) : { indicator: doubleQuoted(text), lines: [] };
}

function blockLines(text: string, sign: string, body: string, column: number): BlockLines {
  // Text that begins with a space would otherwise tell a wrong indentation.
  const hint = /^[ \n]/.test(text) ? String(column % 4 === 0 ? 4 : 2) : '';
  const chomping = !text.endsWith('\n') ? '-' : /(^|\n)\n$/.test(text) ? '+' : '';
  const lines = body.replace(/\n$/, '').split('\n');
  return {
    indicator: `${sign}${hint}${chomping}`,
    lines: lines.map((line) => (line === '' ? '' : ' '.repeat(column) + line)),
  };
}

/** A line break within folded text takes an empty line, except beside lines that begin with a space. */
function unfold(text: string): string {
  return text.replace(/([^\n])\n(?=[^\s])/g, (match, before: string, offset: number) => {
    const lineStart = text.lastIndexOf('\n', offset) + 1;
    return /^[ \t]/.test(text.slice(lineStart)) ? match : `${before}\n\n`;
  });
}

function singleQuoted(text: string, column: number): string {
  const escaped = text.replaceAll("'", "''");
  return `'${escaped.replace(/\n+/g, (breaks) => `\n${breaks}${' '.repeat(column)}`)}'`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\u0007': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\u001b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\u0085': '\\N',
  '\u2028': '\\L',
  '\u2029': '\\P',
};

function doubleQuoted(text: string): string {
  return `"${text.replace(/[\p{Cc}"\\\u2028\u2029\ufeff\ufffe\uffff]|[\u{10000}-\u{10ffff}]/gu, escape)}"`;
}

function escape(char: string): string {
  const named = ESCAPES[char];
  if (named !== undefined) return named;
  const hex = (char.codePointAt(0) ?? 0).toString(16).toUpperCase();
  if (hex.length <= 2) return `\\x${hex.padStart(2, '0')}`;
  return hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}
