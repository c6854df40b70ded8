import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { parse } from 'yaml';
import { entry, itemIndent, valueIndent } from './layout.ts';
import { textScalar, untaggedScalar } from './scalar.ts';

/** As go.yaml.in/yaml v4.0.0-rc.6 prints a string, and a node without a tag. */
const printed: readonly (readonly [text: string, asString: string, untagged: string])[] = [
  ['', '""', ''],
  ['plain', 'plain', 'plain'],
  ['Talos (v1.3.0-alpha.1)', 'Talos (v1.3.0-alpha.1)', 'Talos (v1.3.0-alpha.1)'],
  ['NzW8oeIH5rJyY5lefD9WRoHWWRr/Q6DwsDjMX+xKjT4=', ...twice('NzW8oeIH5rJyY5lefD9WRoHWWRr/Q6DwsDjMX+xKjT4=')],
  ['172.20.0.3:51820', ...twice('172.20.0.3:51820')],
  ['[fd83::1]:51820', ...twice("'[fd83::1]:51820'")],
  ['fd83:b1f7::1', ...twice('fd83:b1f7::1')],
  ['fd83::', ...twice("'fd83::'")],
  ['::1', ...twice('::1')],
  ['1:2:3:4:5:6:7:8', "'1:2:3:4:5:6:7:8'", '1:2:3:4:5:6:7:8'],
  ['true', '"true"', 'true'],
  ['yes', "'yes'", 'yes'],
  ['<<', "'<<'", '<<'],
  ['~', '"~"', '~'],
  ['0', '"0"', '0'],
  ['-1_000', '"-1_000"', '-1_000'],
  ['_1', '_1', '_1'],
  ['0x1F', '"0x1F"', '0x1F'],
  ['1e3', '"1e3"', '1e3'],
  ['1.2.3', '1.2.3', '1.2.3'],
  ['.inf', '".inf"', '.inf'],
  ['2022-10-12', '"2022-10-12"', '2022-10-12'],
  ['2022-02-29', '2022-02-29', '2022-02-29'],
  ['2022-10-12T12:00:00Z', '"2022-10-12T12:00:00Z"', '2022-10-12T12:00:00Z'],
  ["it's", ...twice("it's")],
  ["'it's", ...twice("'''it''s'")],
  ['a: b', ...twice("'a: b'")],
  ['a #b', ...twice("'a #b'")],
  ['a#b', ...twice('a#b')],
  ['- a', ...twice("'- a'")],
  ['-a', ...twice('-a')],
  ['---', ...twice("'---'")],
  [' a', ...twice("' a'")],
  ['"resource1', ...twice(`'"resource1'`)],
  ['a\tb', ...twice(String.raw`"a\tb"`)],
  ['\u{1f600}', ...twice(String.raw`"\U0001F600"`)],
  ['a\u0085', ...twice(String.raw`"a\N"`)],
  ['a\nb', ...twice('|-\n    a\n    b')],
  ['a\n\nb\n', ...twice('|\n    a\n\n    b')],
  ['a\n\n', ...twice('|+\n    a\n')],
  [' a\nb', ...twice('|4-\n     a\n    b')],
  ['a \nb', ...twice(String.raw`"a \nb"`)],
  ['\n', String.raw`"\n"`, '|+\n'],
];

function twice(text: string): [string, string] {
  return [text, text];
}

const text = fc.oneof(
  fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
  fc.string({ unit: fc.constantFrom(...' \n\t\r:-#?,[]{}&*!|>\'"%@`~._+=<01529xobeETZtrufalsnyY\u2028'.split('')) }),
);

describe('a scalar of YAML', () => {
  test.each(printed)('%j is spelled as Go spells it', (text, asString, untagged) => {
    expect(textScalar(text, valueIndent(0))).toBe(asString);
    expect(untaggedScalar(text, valueIndent(0))).toBe(untagged);
  });

  const hard: [string][] = [[' a\nb'], ['\n  a\nb'], ['a\n\n\n'], ['\n'], ['- a\n- b']];

  test.prop([text], { examples: hard })('is read as the text that it was', (text) => {
    expect(parse(`k: ${textScalar(text, valueIndent(0))}\n`)).toEqual({ k: text });
    expect(parse(`k:\n    - ${textScalar(text, itemIndent(4))}\n`)).toEqual({ k: [text] });
    expect(parse(`- k: ${textScalar(text, valueIndent(2))}\n`)).toEqual([{ k: text }]);
    expect(parse(`${entry(text, ' 1', 0, textScalar)}\n`)).toEqual({ [text]: 1 });
  });

  test.prop([text], { examples: hard })(
    'is read as the text that it was by whoever reads no types, if it has no tag',
    (text) => {
      const read = (yaml: string): unknown => parse(yaml, { schema: 'failsafe' });
      expect(read(`k: ${untaggedScalar(text, valueIndent(0))}\n`)).toEqual({ k: text });
      expect(read(`k:\n    - ${untaggedScalar(text, itemIndent(4))}\n`)).toEqual({ k: [text] });
      expect(read(`${entry(text, ' a', 0, untaggedScalar)}\n`)).toEqual({ [text]: 'a' });
    },
  );

  test('is quoted as a key, if it is empty, as Go quotes it', () => {
    expect(entry('', ' 1', 0, textScalar)).toBe('"": 1');
    expect(entry('', ' 1', 0, untaggedScalar)).toBe("'': 1");
  });

  test('has a key of more than 128 bytes on a line of its own', () => {
    expect(entry('é'.repeat(64), ' 1', 0, textScalar)).toBe(`${'é'.repeat(64)}: 1`);
    expect(entry('é'.repeat(65), ' 1', 4, textScalar)).toBe(`? ${'é'.repeat(65)}\n    : 1`);
  });
});
