/**
 * A YAML document as data, with the kinds of scalar that Go programs tell apart: whole numbers are `bigint`, fractions
 * `number`, so that `1` and `1.0` and 2^64−1 print as they do there. Mappings are Maps in document order: their keys
 * come from outside.
 */
export type YamlValue = null | boolean | bigint | number | string | YamlTime | readonly YamlValue[] | YamlMap;

/** A mapping; keys that are no text stand as the text they are written as. */
export type YamlMap = ReadonlyMap<string, YamlValue>;

/** A point in time, which is a kind of plain scalar in YAML as Go reads it. */
export class YamlTime {
  /** RFC 3339 with the offset it was written with and no trailing zeros of a second. */
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export function isYamlMap(value: YamlValue): value is YamlMap {
  return value instanceof Map;
}

export function isYamlList(value: YamlValue): value is readonly YamlValue[] {
  return Array.isArray(value);
}

/** The name of a value's Go type, as error messages of JSONPath give it. */
export function typeName(value: YamlValue): string {
  if (value === null) return '<nil>';
  if (isYamlList(value)) return '[]interface {}';
  if (isYamlMap(value)) return 'map[string]interface {}';
  if (value instanceof YamlTime) return 'time.Time';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'bigint' ? 'int' : 'float64';
}
