import { Labels, Member, type MemberSpec } from '@cosi-ts/resources';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { parseSelector, queryOf } from './label-selector.ts';

const word = fc.stringMatching(/^[a-zA-Z\d._/-]{1,12}$/).filter((text) => text !== 'in' && text !== 'notin');
const space = fc.constantFrom('', ' ');
const spec: MemberSpec = { nodeId: '', addresses: [], hostname: '', machineType: 'worker', operatingSystem: '' };

describe('a label selector', () => {
  const form = fc.oneof(
    word.map((key) => [key, { key, op: 'exists' }] as const),
    word.map((key) => [`!${key}`, { key, op: 'exists', invert: true }] as const),
    fc
      .tuple(word, word, fc.constantFrom('=', '==', ' = '))
      .map(([key, value, sign]) => [`${key}${sign}${value}`, { key, op: 'equal', values: [value] }] as const),
    fc
      .tuple(word, word, fc.constantFrom('!=', ' != '))
      .map(
        ([key, value, sign]) => [`${key}${sign}${value}`, { key, op: 'equal', values: [value], invert: true }] as const,
      ),
    fc
      .tuple(word, fc.array(word, { minLength: 1, maxLength: 3 }), fc.boolean())
      .map(
        ([key, values, not]) =>
          [
            `${key} ${not ? 'notin' : 'in'} (${values.join(', ')})`,
            { key, op: 'in', values, ...(not && { invert: true }) },
          ] as const,
      ),
  );

  property.prop([fc.array(form, { maxLength: 4 }), space])('is what its terms are, in order', (forms, space) => {
    expect(parseSelector(forms.map(([text]) => text).join(`,${space}`))).toEqual(forms.map(([, term]) => term));
  });

  test.each([
    ['size<5', ['1', '4'], ['5', '10', 'x', undefined]],
    ['size <= 5', ['1', '5'], ['6', '10', 'x', undefined]],
    ['size>5', ['6', '10'], ['5', 'x', undefined]],
    ['size>=5', ['5', '10'], ['4', 'x', undefined]],
    ['size<1Ki', ['1023', '1'], ['1024', '1k'.replace('k', 'Mi')]],
    ['size<b', ['a', 'aa', '9'], ['b', 'c', undefined]],
    ['size>b', ['c', 'ba'], ['b', 'a', undefined]],
    ['size=a', ['a'], ['b', '', undefined]],
    ['size=', [''], ['b', undefined]],
    ['size!=a', ['b', undefined], ['a']],
    ['size in (a,b)', ['a', 'b'], ['c', undefined]],
    ['size notin (a,b)', ['c', undefined], ['a', 'b']],
    ['size', ['', 'x'], [undefined]],
    ['!size', [undefined], ['', 'x']],
    ['size,size!=a', ['b'], ['a', undefined]],
  ] as const)('%s', (selector, yes, no) => {
    const query = queryOf({ selector: [selector] });
    const matches = (value: string | undefined) =>
      query?.matches(Member.create('x', spec, { labels: Labels.of(value === undefined ? {} : { size: value }) }));
    for (const value of yes) expect([value, matches(value)]).toEqual([value, true]);
    for (const value of no) expect([value, matches(value)]).toEqual([value, false]);
  });

  test.each(['a b', 'a=b=c', ',', 'a,,b', 'a in b', 'a in (b', '=', '!', 'a<b<c'])('%j is none', (selector) => {
    expect(() => parseSelector(selector)).toThrow(/is no label selector/);
  });
});

test('an id is selected by a regular expression', () => {
  expect(queryOf({ id: '^a' })?.matches(Member.create('ab', spec))).toBe(true);
  expect(queryOf({ id: '^a' })?.matches(Member.create('ba', spec))).toBe(false);
  expect(() => queryOf({ id: '(' })).toThrow(/^--id: failed to compile regexp/);
  expect(queryOf({})).toBeUndefined();
});
