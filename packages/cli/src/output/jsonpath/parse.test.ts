import { fc, test as property } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import { parseTemplate } from './parse.ts';
import { JsonPathError } from './template.ts';

test.each([
  ['{.a', 'unclosed action'],
  ['{.a\n}', 'unclosed action'],
  ['{.a[0}', 'unterminated array'],
  ['{.a[x]}', 'invalid array index x'],
  ['{.a["x"]}', 'invalid array index "x"'],
  ['{.a[-]}', 'array index - is not a number'],
  ['{.a[?(@.x==1]}', 'unterminated filter'],
  ['{.a[?(@.x==1)}', 'unclosed array expect ]'],
  ['{"a}', 'unterminated quoted string'],
  ['{"\\q"}', 'unquote string "\\q" error invalid syntax'],
  ['{~}', "unrecognized character in action: U+007E '~'"],
  ['{....a}', 'invalid multiple recursive descent'],
  ['{1.2.3}', 'cannot parse number 1.2.3'],
  ['{range .a[*]}{.b}', 'range without {end}'],
])('%j is refused: %s', (template, message) => {
  expect(() => parseTemplate(template)).toThrow(new JsonPathError(message));
});

test('brackets and parentheses within quotes are text', () => {
  expect(parseTemplate("{['a]b']}")).toEqual([{ kind: 'path', steps: [{ kind: 'field', name: 'a]b' }] }]);
  expect(parseTemplate('{[?(@.a==")]")]}')).toMatchObject([{ steps: [{ right: [{ kind: 'text', text: ')]' }] }] }]);
});

const unit = fc.constantFrom(
  ...Array.from('{}[]().,:*@$?=!<>\'"\\ \nab1-_é\u{1f600}'),
  'range ',
  'end',
  '[?(',
  '{range .a[*]}',
  '{end}',
  '..',
);

property.prop([fc.array(unit, { maxLength: 20 }).map((units) => units.join(''))], { numRuns: 2000 })(
  'any text is a template or is refused',
  (text) => {
    try {
      parseTemplate(text);
    } catch (error) {
      expect(error).toBeInstanceOf(JsonPathError);
    }
  },
);

property.prop([fc.string().filter((text) => !text.includes('{'))])('text without braces stands for itself', (text) => {
  expect(parseTemplate(text)).toEqual(text === '' ? [] : [{ kind: 'text', text }]);
});
