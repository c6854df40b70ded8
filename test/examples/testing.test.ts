import { expect, test } from 'vitest';
import { testExample } from './example.ts';

test('the kit finds the bugs of the example, and passes the fixed ones', { timeout: 60_000 }, async () => {
  const { code, out, err } = await testExample('testing').ended;
  expect(`${out}${err}`).toMatch(/Tests +18 passed \(18\)/);
  expect(code).toBe(0);
});
