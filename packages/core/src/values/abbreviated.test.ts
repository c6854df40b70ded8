import { expect, test } from 'vitest';
import { abbreviated } from './abbreviated.ts';

test('a message shows the ends of a long text', () => {
  expect(abbreviated('x'.repeat(256))).toBe('x'.repeat(256));
  expect(abbreviated(`${'x'.repeat(1000)}y`)).toBe(`${'x'.repeat(128)}…${'x'.repeat(63)}y`);
  expect(abbreviated('\u{1f600}'.repeat(501).slice(1)).isWellFormed()).toBe(true);
});
