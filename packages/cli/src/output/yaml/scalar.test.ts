import { fc, test as property } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import { plainScalar } from './scalar.ts';
import { YamlTime, type YamlValue } from './value.ts';

test.each<[string, YamlValue]>([
  ['', null],
  ['~', null],
  ['NULL', null],
  ['nULL', 'nULL'],
  ['true', true],
  ['False', false],
  ['yes', 'yes'],
  ['on', 'on'],
  ['1', 1n],
  ['+1', 1n],
  ['-7', -7n],
  ['-0', -0],
  ['1_000', 1000n],
  ['0x1F', 31n],
  ['0o17', 15n],
  ['017', 15n],
  ['-0b11', -3n],
  ['08', 8],
  ['0o8', '0o8'],
  ['18446744073709551615', 18446744073709551615n],
  ['18446744073709551616', 2 ** 64],
  ['-9223372036854775809', -(2 ** 63)],
  ['1.5', 1.5],
  ['1.', 1],
  ['.5', 0.5],
  ['-.5', -0.5],
  ['12e03', 12000],
  ['1e400', '1e400'],
  ['.inf', Number.POSITIVE_INFINITY],
  ['-.Inf', Number.NEGATIVE_INFINITY],
  ['.nan', Number.NaN],
  ['1:30', '1:30'],
  ['.', '.'],
  ['172.20.0.2', '172.20.0.2'],
  ['fd83::1', 'fd83::1'],
  ['2022-10-12T12:00:00Z', new YamlTime('2022-10-12T12:00:00Z')],
  ['2022-10-12t12:00:00Z', new YamlTime('2022-10-12T12:00:00Z')],
  ['2022-1-2', new YamlTime('2022-01-02T00:00:00Z')],
  ['2001-1-1 1:2:3', new YamlTime('2001-01-01T01:02:03Z')],
  ['2022-01-01T00:00:00.120+02:00', new YamlTime('2022-01-01T00:00:00.12+02:00')],
  ['2022-10-12T12:00:00', '2022-10-12T12:00:00'],
  ['2022-10-12 12:00:00Z', '2022-10-12 12:00:00Z'],
  ['2022-02-30', '2022-02-30'],
  ['2022-10-12T25:00:00Z', '2022-10-12T25:00:00Z'],
])('%s', (text, value) => {
  expect(plainScalar(text)).toEqual(value);
});

property.prop([fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n })])('whole numbers are exact', (value) => {
  fc.pre(value !== 0n);
  expect(plainScalar(String(value))).toBe(value);
});

property.prop([fc.string()])('what begins with a letter other than those of the words is text', (text) => {
  expect(plainScalar(`x${text}`)).toBe(`x${text}`);
});
