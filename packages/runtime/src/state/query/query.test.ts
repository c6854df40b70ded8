import { Labels, Member, type Resource } from '@cosi-ts/resources';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvalidQueryError } from '../errors.ts';
import { compileTerm, type LabelTerm } from './label-term.ts';
import { parseQuantity } from './quantity.ts';
import { compileQuery } from './query.ts';

const labels = Labels.of({ app: 'web', empty: '', size: '4GB', '\u{ff5e}': '\u{ff5e}' });

const TERMS: [string, LabelTerm, boolean, boolean][] = [
  // title, term, what it says, what it says inverted
  ['exists', { key: 'app', op: 'exists' }, true, false],
  ['exists, with an empty value', { key: 'empty', op: 'exists' }, true, false],
  ['exists, absent', { key: 'no', op: 'exists' }, false, true],
  ['equal', { key: 'app', op: 'equal', values: ['web'] }, true, false],
  ['equal to another', { key: 'app', op: 'equal', values: ['db'] }, false, true],
  ['equal, absent', { key: 'no', op: 'equal', values: [''] }, false, true],
  ['in', { key: 'app', op: 'in', values: ['db', 'web'] }, true, false],
  ['in nothing', { key: 'app', op: 'in', values: [] }, false, true],
  ['in, absent', { key: 'no', op: 'in', values: ['web'] }, false, true],
  ['less', { key: 'app', op: 'lt', values: ['webb'] }, true, false],
  ['not less than itself', { key: 'app', op: 'lt', values: ['web'] }, false, true],
  ['at most itself', { key: 'app', op: 'lte', values: ['web'] }, true, false],
  ['less by bytes, not by UTF-16 units', { key: '\u{ff5e}', op: 'lt', values: ['\u{1f600}'] }, true, false],
  ['less, absent: neither', { key: 'no', op: 'lt', values: ['z'] }, false, false],
  ['numerically less', { key: 'size', op: 'ltNumeric', values: ['4 GiB'] }, true, false],
  ['numerically at most', { key: 'size', op: 'lteNumeric', values: ['4000 m'] }, true, false],
  ['numerically, absent: neither', { key: 'no', op: 'ltNumeric', values: ['1'] }, false, false],
  ['numerically, no number: neither', { key: 'app', op: 'lteNumeric', values: ['1'] }, false, false],
  ['numerically, no number to compare with: neither', { key: 'size', op: 'lteNumeric', values: ['x'] }, false, false],
];

test.each(TERMS)('a term: %s', (_title, term, plain, inverted) => {
  expect(compileTerm(term)(labels)).toBe(plain);
  expect(compileTerm({ ...term, invert: true })(labels)).toBe(inverted);
});

test.each(['equal', 'lt', 'lte', 'ltNumeric', 'lteNumeric'] as const)('%s needs a value', (op) => {
  expect(() => compileTerm({ key: 'k', op, values: [] })).toThrow(InvalidQueryError);
});

test.each([
  ['1', 1n],
  ['-7', -7n],
  [' 1 k', 1000n],
  ['-1 k', -1000n],
  ['4GB', 4_000_000_000n],
  ['4go', 4_000_000_000n],
  ['4GiB', 4n << 30n],
  ['4 gigs', 4n << 30n],
  ['5 mil', 5n << 20n],
  ['2t', 2_000_000_000_000n],
  ['2 PI', 2n << 50n],
  // 2^63 and more wraps around.
  ['9223372036854775807', 2n ** 63n - 1n],
  ['10000 p', BigInt.asIntN(64, 10n ** 19n)],
  ['9223372036854775808', undefined],
  ['', undefined],
  ['k', undefined],
  ['1-2', undefined],
  ['--1', undefined],
  ['+5', undefined],
  ['1 1', undefined],
  ['1.1', undefined],
  ['1.1 k', undefined],
  ['1 i', undefined],
  ['1\n\nk', 1000n],
  [`${' '.repeat(254)}1k`, 1000n],
  [`${' '.repeat(255)}1k`, undefined],
])('the quantity %j is %s', (text, value) => {
  expect(parseQuantity(text)).toBe(value);
});

test('queries are alternatives of conjunctions, and none at all holds', () => {
  const term = fc.record({
    key: fc.constantFrom('a', 'b'),
    op: fc.constantFrom('exists' as const, 'equal' as const, 'lt' as const),
    values: fc.tuple(fc.constantFrom('0', '1', '2')),
    invert: fc.boolean(),
  });
  const set = fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom('0', '1', '2'));
  fc.assert(
    fc.property(fc.array(fc.array(term, { maxLength: 3 }), { maxLength: 3 }), set, (queries, record) => {
      const labels = Labels.of(record);
      const expected =
        queries.length === 0 || queries.some((terms) => terms.every((each) => compileTerm(each)(labels)));
      expect(compileQuery({ labels: queries }).matches(member('id', labels))).toBe(expected);
    }),
  );
});

describe('a query by id', () => {
  const matches = (id: string, pattern: string): boolean => compileQuery({ id: pattern }).matches(member(id));

  test('searches anywhere, in the syntax of RE2', () => {
    expect(matches('node-12', 'e-1')).toBe(true);
    expect(matches('node-12', '(?i)^NODE-(?P<n>[[:digit:]]+)\\z')).toBe(true);
    expect(matches('node-12', '^de')).toBe(false);
    expect(matches('anything', '')).toBe(true);
    expect(matches('a.b', '\\Qa.b\\E')).toBe(true);
  });

  test.each(['(', '(?=x)', '(a)\\1', '((((x{100}){100}){100}){100})', '[', 'x{1001}'])('refuses %s', (pattern) => {
    expect(() => compileQuery({ id: pattern })).toThrow(/^failed to compile regexp: /);
  });

  test.each([
    ['x'.repeat(1025)],
    ['x{300}'],
    ['x{50}'.repeat(6)],
    ['(?:(?:x{7}){7}){7}'],
    ['(abcdefghij){300}'],
    ['((abcdefghij){30}){30}'],
    ['[a-z]{900}[]a]{900}[^]a{2}]{900}'],
    ['\\pL{900}\\p{Greek}{900}\\x{10FFFF}{900}'],
    ['(?:x{900}|y{900}|z{900})'],
    ['(x{3,900}){1,3}'],
  ])('refuses what would take long to compile: %s', (pattern) => {
    expect(() => compileQuery({ id: pattern })).toThrow(/longer than|too large/);
  });

  test('takes what people write', () => {
    expect(matches('123e4567-e89b-12d3-a456-426614174000', '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$')).toBe(true);
    expect(matches('x'.repeat(200), '^x{200}$')).toBe(true);
    expect(matches('a{1', 'a{1')).toBe(true);
  });
});

function member(id: string, labels = Labels.empty): Resource {
  const spec = { nodeId: '', addresses: [], hostname: '', machineType: 'worker', operatingSystem: '' } as const;
  return Member.create(id, spec, { labels });
}
