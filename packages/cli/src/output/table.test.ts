import { fc, test as property } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import { table } from './table.ts';

type Rows = readonly (readonly string[])[];

function lines(flushes: readonly Rows[], options?: { keepWidths?: boolean }): readonly string[] {
  let text = '';
  const written = table((part) => (text += part), options);
  for (const rows of flushes) {
    for (const row of rows) written.row(row);
    written.flush();
  }
  return text.split('\n').slice(0, -1);
}

test('columns are three spaces apart, and the last one is not padded', () => {
  expect(
    lines([
      [
        ['NODE', 'ID', 'X'],
        ['172.20.0.2', 'a', 'longer'],
        ['', '', ''],
      ],
    ]),
  ).toEqual(['NODE         ID   X', '172.20.0.2   a    longer', '                  ']);
});

test('a cell is as wide as it has code points', () => {
  expect(
    lines([
      [
        ['é\u{1f600}', 'x'],
        ['abc', 'y'],
      ],
    ]),
  ).toEqual(['é\u{1f600}    x', 'abc   y']);
});

test('what is flushed later is aligned alone', () => {
  expect(
    lines([
      [
        ['NODE', '*', 'ID'],
        ['172.20.0.2', '+', 'a'],
      ],
      [['n', ' ', 'b']],
      [['n', '-', 'c']],
    ]),
  ).toEqual(['NODE         *   ID', '172.20.0.2   +   a', 'n       b', 'n   -   c']);
});

test('kept widths only grow', () => {
  const flushes = [[['NODE', 'ID', 'X']], [['n', 'longer', 'x']], [['n', 'a', 'x']]];
  expect(lines(flushes, { keepWidths: true })).toEqual(['NODE   ID   X', 'n      longer   x', 'n      a        x']);
});

test('a flush of nothing writes nothing', () => {
  expect(lines([[], []])).toEqual([]);
});

test('control characters reach neither the layout nor the terminal', () => {
  expect(
    lines([
      [
        ['a\tb', 'c\nd'],
        ['\u001b[31m', '\u009b\r'],
      ],
    ]),
  ).toEqual(['a\\tb         c\\nd', '\\u001b[31m   \\u009b\\r']);
});

const cell = fc.string({ unit: 'binary', maxLength: 12 }).filter((text) => text.isWellFormed());
const block = fc
  .integer({ min: 1, max: 5 })
  .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 5 }));

property.prop([block, fc.boolean()])(
  'each row is one line, and its last cell begins where the others’ do',
  (rows, keepWidths) => {
    const written = lines([rows], { keepWidths });
    expect(written).toHaveLength(rows.length);
    // A marker behind the cells shows where the last column begins.
    const marked = lines([rows.map((row) => [...row, '|'])], { keepWidths });
    const ends = marked.map((line) => Array.from(line).length);
    expect(new Set(ends).size).toBe(1);
    for (const [index, line] of written.entries()) expect(marked[index]?.startsWith(line)).toBe(true);
  },
);
