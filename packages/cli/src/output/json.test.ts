import { fc, test as property } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import { compactJson, indentedJson } from './json.ts';
import { YamlTime, type YamlValue } from './yaml/value.ts';

const map = (entries: Record<string, YamlValue>): YamlValue => new Map(Object.entries(entries));

test.each<[YamlValue, string]>([
  [['172.20.0.2', 'fd83::1'], '["172.20.0.2","fd83::1"]'],
  [[], '[]'],
  [map({}), '{}'],
  [map({ b: 1n, a: null }), '{"a":null,"b":1}'],
  [map({ '\u{1f600}': 1n, '\uffff': 2n }), '{"\uffff":2,"\u{1f600}":1}'],
  ['<a & b>\u2028\u2029', '"\\u003ca \\u0026 b\\u003e\\u2028\\u2029"'],
  ['\b\f\n\r\t\u0001\u007f"\\', '"\\b\\f\\n\\r\\t\\u0001\u007f\\"\\\\"'],
  [18446744073709551615n, '18446744073709551615'],
  [-0, '-0'],
  [1e21, '1e+21'],
  [1e-7, '1e-7'],
  [0.00001, '0.00001'],
  [true, 'true'],
  [new YamlTime('2022-10-12T12:00:00Z'), '"2022-10-12T12:00:00Z"'],
])('a value is written compactly (%#)', (value, text) => {
  expect(compactJson(value)).toBe(text);
});

test('indented by four spaces, empty collections on one line', () => {
  expect(indentedJson(map({ b: [], a: [map({}), 'x'] }))).toBe(
    ['{', '    "a": [', '        {},', '        "x"', '    ],', '    "b": []', '}'].join('\n'),
  );
});

// Go writes -0 as -0, JSON.stringify as 0: not what is compared here.
const plain = fc.jsonValue({ maxDepth: 4 }).map((value): unknown => JSON.parse(JSON.stringify(value)));

function asYaml(value: unknown): YamlValue {
  if (Array.isArray(value)) return value.map(asYaml);
  if (typeof value === 'object' && value !== null) {
    return new Map(Object.entries(value).map(([key, item]) => [key, asYaml(item)]));
  }
  return value as YamlValue;
}

property.prop([plain])('both forms parse back to what was written', (value) => {
  const written = asYaml(value);
  // JSON.parse reads `__proto__` as a key like any other, and so it is written.
  expect(JSON.parse(compactJson(written))).toEqual(JSON.parse(JSON.stringify(value)));
  expect(JSON.parse(indentedJson(written))).toEqual(JSON.parse(JSON.stringify(value)));
  expect(compactJson(written)).not.toMatch(/[<>&\u2028\u2029\n]/);
});
