import { YamlTime, type YamlValue } from './value.ts';

/**
 * What a plain (unquoted) scalar stands for. These are the rules of Go's YAML: those of YAML 1.2, and of 1.1 the binary
 * numbers, underscores within numbers, octals with a leading zero, and points in time; `yes` and `on` are text.
 */
export function plainScalar(text: string): YamlValue {
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  // Most scalars are text: only a digit, a sign or a dot can begin anything else.
  if (!/^[-+.\d]/.test(text)) return text;
  return time(text) ?? number(text.replaceAll('_', '')) ?? text;
}

const WORDS: ReadonlyMap<string, YamlValue> = new Map<string, YamlValue>([
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, false] as const),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, Number.NaN] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word) => [word, Number.POSITIVE_INFINITY] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, Number.NEGATIVE_INFINITY] as const),
]);

const INTEGER = /^([-+]?)(0|[1-9]\d*|0[xX][\da-fA-F]+|0[oO]?[0-7]+|0[bB][01]+)$/;
const FLOAT = /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/;
const MAX_UNSIGNED = 2n ** 64n - 1n;
const MIN_SIGNED = -(2n ** 63n);

function number(text: string): bigint | number | undefined {
  if (text === '-0') return -0;
  const [, sign, digits] = INTEGER.exec(text) ?? [];
  if (digits !== undefined) {
    const magnitude = BigInt(/^0\d/.test(digits) ? `0o${digits.slice(1)}` : digits.toLowerCase());
    const value = sign === '-' ? -magnitude : magnitude;
    if (value >= MIN_SIGNED && value <= MAX_UNSIGNED) return value;
  }
  if (!FLOAT.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

const TIME = /^(\d{4})-(\d\d?)-(\d\d?)(?:(?:[Tt]| +)(\d\d?):(\d\d?):(\d\d?)(?:\.(\d{1,9}))?(Z|[-+]\d\d:\d\d)?)?$/;

function time(text: string): YamlTime | undefined {
  const match = TIME.exec(text);
  if (match === null) return undefined;
  const [, year = '', month = '', day = '', hour, minute = '', second = '', fraction, offset] = match;
  // With a T an offset is required, with a space it is forbidden.
  if (hour !== undefined && (offset !== undefined) !== /[Tt]/.test(text)) return undefined;
  const two = (digits: string): string => digits.padStart(2, '0');
  const date = `${year}-${two(month)}-${two(day)}`;
  const clock = hour === undefined ? '00:00:00' : `${two(hour)}:${two(minute)}:${two(second)}`;
  const parsed = new Date(`${date}T${clock}Z`);
  // Days that do not exist roll over to the next month: then it is text.
  if (Number.isNaN(parsed.getTime()) || !parsed.toISOString().startsWith(`${date}T${clock}`)) return undefined;
  const decimals = fraction?.replace(/0+$/, '') ?? '';
  const zone = offset === undefined || offset === '+00:00' ? 'Z' : offset;
  return new YamlTime(`${date}T${clock}${decimals === '' ? '' : `.${decimals}`}${zone}`);
}
