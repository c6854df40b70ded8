import { compareUtf8 } from '@cosi-ts/core';
import { isYamlList, isYamlMap, YamlTime, type YamlValue } from './yaml/value.ts';

/** Compact JSON as Go writes it: keys sorted, and what HTML gives a meaning escaped. */
export function compactJson(value: YamlValue): string {
  return write(value, '', '');
}

/** JSON over several lines, indented by 4 spaces, without a newline at the end. */
export function indentedJson(value: YamlValue): string {
  return write(value, '\n', '    ');
}

function write(value: YamlValue, lineBreak: string, indent: string): string {
  if (isYamlList(value)) {
    const inner = lineBreak + indent;
    const items = value.map((item) => inner + write(item, inner, indent));
    return items.length === 0 ? '[]' : `[${items.join(',')}${lineBreak}]`;
  }
  if (isYamlMap(value)) {
    const inner = lineBreak + indent;
    const colon = indent === '' ? ':' : ': ';
    const entries = [...value]
      .sort(([a], [b]) => compareUtf8(a, b))
      .map(([key, item]) => inner + jsonString(key) + colon + write(item, inner, indent));
    return entries.length === 0 ? '{}' : `{${entries.join(',')}${lineBreak}}`;
  }
  if (value instanceof YamlTime) return jsonString(value.text);
  if (typeof value === 'string') return jsonString(value);
  return typeof value === 'number' ? jsonNumber(value) : String(value);
}

function jsonNumber(value: number): string {
  // JSON has no such numbers; as text they are at least not lost with the rest of the resource.
  if (!Number.isFinite(value)) return jsonString(Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf');
  return Object.is(value, -0) ? '-0' : JSON.stringify(value);
}

function jsonString(text: string): string {
  return JSON.stringify(text).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
