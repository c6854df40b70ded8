import { fc, test as property } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { parseYaml, yamlValue, YamlSyntaxError } from './parse.ts';
import { writeYamlEntry, writeYamlText } from './write.ts';

const written = (text: string): string => writeYamlEntry('spec', parseYaml(text));

test.each([
  ['a scalar', 'worker\n', 'spec: worker\n'],
  ['nothing', 'null\n', 'spec: null\n'],
  ['an empty mapping', '{}\n', 'spec: {}\n'],
  ['an empty sequence', '[]\n', 'spec: []\n'],
  ['a literal block', '|\n  foo\n   bar\n', 'spec: |\n    foo\n     bar\n'],
  ['the first of several documents', 'a: 1\n---\nb: 1\n', 'spec:\n    a: 1\n'],
])('%s', (_name, text, expected) => {
  expect(written(text)).toBe(expected);
});

test('indentation is made anew, styles are kept', () => {
  const text = `addresses:
- 172.20.0.2
- "fd83::1"
nested:
  - - - 1
    - a:
      - b
      c: 1
  - a:
     b: |-
      x
  - |
    foo
     bar
flow: {a: b, ports: [1, '[::1]:50000', fd83::1]}
quoted: 'it''s'
two: 'a

  b'
double: "tab\\t é \\x7f \\U0001F600"
folded: >-
  a
  b

  c
plain: one
  two
empty:
zero: ""
? [a, b]
: c
tagged: !!str 12
anchor: &x
  a: 1
alias: *x
`;
  expect(written(text)).toBe(`spec:
    addresses:
        - 172.20.0.2
        - "fd83::1"
    nested:
        - - - 1
          - a:
                - b
            c: 1
        - a:
            b: |-
                x
        - |
          foo
           bar
    flow: {a: b, ports: [1, '[::1]:50000', 'fd83::1']}
    quoted: 'it''s'
    two: 'a

        b'
    double: "tab\\t é \\x7F \\U0001F600"
    folded: >-
        a b

        c
    plain: one two
    empty:
    zero: ""
    ? [a, b]
    : c
    tagged: !!str 12
    anchor: &x
        a: 1
    alias: *x
`);
});

test('comments stay where they were', () => {
  expect(
    written('# first\na: 1\n# before b\nb: 2 # behind b\nc:\n  # item\n  - x # behind x\n  # second\n  - y: 1\n'),
  ).toBe(
    `spec:
    # first
    a: 1
    # before b
    b: 2 # behind b
    c:
        # item
        - x # behind x
        # second
        - y: 1
`,
  );
});

test('a text that is no YAML of ours is a literal block', () => {
  expect(writeYamlText('spec', 'version: v1alpha1\n# comment\n---\nkind: X\n')).toBe(
    'spec: |\n    version: v1alpha1\n    # comment\n    ---\n    kind: X\n',
  );
  expect(writeYamlText('spec', 'trailing \n')).toBe('spec: "trailing \\n"\n');
});

test('what is no YAML is refused in one line', () => {
  expect(() => parseYaml('{a: [}')).toThrow(YamlSyntaxError);
  expect(() => parseYaml('a: 1\n b: 2\n')).toThrow(/^[^\n]+$/);
});

const value = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer(), fc.boolean(), fc.constant(null)),
    fc.array(tie('node'), { maxLength: 3 }),
    fc.dictionary(fc.string({ maxLength: 6 }), tie('node'), { maxKeys: 3 }),
  ),
})).node;

property.prop([value, fc.constantFrom(2, 3, 4), fc.constantFrom('block', 'flow' as const)])(
  'what is written says the same as what was read',
  (data, indent, collectionStyle) => {
    const document = parseYaml(stringify(data, { indent, lineWidth: 0, collectionStyle }));
    const again = yamlValue(parseYaml(writeYamlEntry('spec', document)));
    expect(again).toEqual(new Map([['spec', yamlValue(document)]]));
  },
);
