/**
 * Text that stands for itself, whatever a reader takes it for, as the values of metadata do: `123` and `true` stay bare,
 * and nothing is nothing. Quotes come only where bare text would break the document.
 *
 * @param lines where the lines of a literal block go; see {@link literalBlock}.
 */
export function untaggedScalar(text: string, lines: BlockIndent): string {
  if (text.includes('\n')) return fitsBlock(text) ? literalBlock(text, lines) : doubleQuoted(text);
  return isPlain(text) ? text : quoted(text);
}

/** Text that a reader must take for text: what would read as a number, a time, true, false or null is quoted. */
export function textScalar(text: string, lines: BlockIndent): string {
  if (isSurelyPlain(text)) return text;
  if (text.includes('\n')) {
    return fitsBlock(text) && /\S/.test(text) ? literalBlock(text, lines) : doubleQuoted(text);
  }
  if (readsAsOther(text)) return doubleQuoted(text);
  return isPlain(text) && !isOfOldYaml(text) ? text : quoted(text);
}

/** Where the lines of a literal block are indented to, and the column of the collection that it is in. */
export interface BlockIndent {
  readonly column: number;
  readonly parent: number;
}

/** Tells nearly all text of real specs from the rest at little cost: words, ids, host names, IP addresses. */
function isSurelyPlain(text: string): boolean {
  if (WORDS.test(text)) return text.length > 5 || !RESERVED.has(text);
  return IPV4.test(text);
}

const WORDS = /^[A-Za-z](?:[\w./+=()-]|[: ](?=[\w./+=()]))*$/;
const IPV4 = /^\d+\.\d+\.\d+\.\d+(?:[/:]\d+)?$/;
const RESERVED = new Set(
  ['true', 'false', 'null', 'yes', 'no', 'on', 'off', 'y', 'n'].flatMap((word) => [
    word,
    word.toUpperCase(),
    word.slice(0, 1).toUpperCase() + word.slice(1),
  ]),
);

/** Whether the text can be written without quotes outside of brackets: it neither breaks the document nor loses a space. */
function isPlain(text: string): boolean {
  return !UNPRINTABLE.test(text) && !INDICATOR.test(text);
}

/** What only double quotes can carry: all but printable text, the tab, and line breaks. Above U+FFFF, Go escapes too. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]/;

/** A beginning, end or `: ` or ` #` inside that means something to YAML. */
const INDICATOR = /^[#,[\]{}&*!|>'"%@` ]|^[?:-](?: |$)|^---|^\.\.\.|: |:$| #| $/;

/** Whether a literal block can carry the text. */
function fitsBlock(text: string): boolean {
  return !UNFIT_FOR_BLOCK.test(text);
}

// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const UNFIT_FOR_BLOCK = / \n| $|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]/;

/** `|` and the lines as they are. */
export function literalBlock(text: string, { column, parent }: BlockIndent): string {
  const indent = ' '.repeat(column);
  const hint = /^\n* /.test(text) ? String(column - parent) : '';
  const chomp = text.endsWith('\n') ? (text.endsWith('\n\n') || text === '\n' ? '+' : '') : '-';
  const lines = (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
  return `|${hint}${chomp}${lines.map((line) => (line === '' ? '\n' : `\n${indent}${line}`)).join('')}`;
}

/** What a reader of YAML 1.1 or 1.2 takes for something else than text. */
function readsAsOther(text: string): boolean {
  const digits = /^[-+\d]/.test(text) ? text.replaceAll('_', '') : text;
  return CONSTANT.test(text) || NUMBER.test(digits) || isTime(text);
}

const CONSTANT = /^(?:~|null|Null|NULL|true|True|TRUE|false|False|FALSE|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))?$/;
const NUMBER = /^[-+]?(?:0[xX][\da-fA-F]+|0[bB][01]+|0[oO][0-7]+|(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?)$/;

function isTime(text: string): boolean {
  const match = TIME.exec(text);
  if (match === null) return false;
  const [year, month, day, hour, minute, second] = match.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const lastDay = new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
  return month >= 1 && month <= 12 && day >= 1 && day <= lastDay && hour < 24 && minute < 60 && second < 60;
}

const TIME =
  /^(\d{4})-(\d\d?)-(\d\d?)(?:[Tt](\d\d?):(\d\d?):(\d\d?)(?:[.,]\d+)?(?:Z|[+-]\d\d:\d\d)| (\d\d?):(\d\d?):(\d\d?)(?:[.,]\d+)?)?$/;

/** Text for us, but a boolean, a number to the base 60 or a merge key for YAML 1.1. */
function isOfOldYaml(text: string): boolean {
  return /^(?:[yY]|yes|Yes|YES|[nN]|no|No|NO|on|On|ON|off|Off|OFF|<<)$/.test(text) || BASE_60.test(text);
}

const BASE_60 = /^[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?$/;

function quoted(text: string): string {
  return UNPRINTABLE.test(text) ? doubleQuoted(text) : `'${text.replaceAll("'", "''")}'`;
}

export function doubleQuoted(text: string): string {
  return `"${text.replace(ESCAPED, escape)}"`;
}

// oxlint-disable-next-line no-control-regex -- control characters are what is escaped
const ESCAPED = /["\\\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]|[\u{10000}-\u{10ffff}]/gu;

const NAMED: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '\0': '0',
  '\x07': 'a',
  '\b': 'b',
  '\t': 't',
  '\n': 'n',
  '\v': 'v',
  '\f': 'f',
  '\r': 'r',
  '\x1b': 'e',
  '\x85': 'N',
  '\u2028': 'L',
  '\u2029': 'P',
};

function escape(character: string): string {
  const named = NAMED[character];
  if (named !== undefined) return `\\${named}`;
  const hex = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
  if (hex.length <= 2) return `\\x${hex.padStart(2, '0')}`;
  return hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}
