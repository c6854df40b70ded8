import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { testExample } from './example.ts';

const EXAMPLE = new URL('../../examples/testing/', import.meta.url);
const GUIDE = new URL('../../docs/testing-controllers.md', import.meta.url);

test(
  'the kit finds the bugs of the example as the guide shows, and passes the fixed ones',
  { timeout: 60_000 },
  async () => {
    const { code, out, err } = await testExample('testing').ended;
    expect(`${out}${err}`).toMatch(/Tests +57 passed \(57\)/);
    expect(code).toBe(0);
    // But for the time that it took.
    const rows = (text: string): readonly string[] =>
      [...text.matchAll(/^\|.*\|$/gm)].map(([row]) => row.replace(/ [^|]+\|$/, ''));
    expect(rows(out)).toHaveLength(27);
    expect(rows(await readFile(GUIDE, 'utf8')).join('\n')).toContain(rows(out).join('\n'));
  },
);

test('its page names each of its bugs', async () => {
  const page = await readFile(new URL('README.md', EXAMPLE), 'utf8');
  const files = await readdir(new URL('bugs', EXAMPLE));
  expect(files.length).toBe(25);
  for (const file of files) expect(page).toContain(`| \`bugs/${file}\` | `);
});
