import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';

const read = (path: string): Promise<string> => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');

describe.each(['docs/testing-controllers.md', 'docs/controllers.md', 'docs/resource-api.md'])('%s', async (page) => {
  const guide = await read(page);
  const snippets = [...guide.matchAll(/(?:<!-- (\S+) -->\n\n)?```(?:ts|go)\n(.*?)```/gs)];

  test('has snippets', () => {
    expect(snippets.length).toBeGreaterThan(3);
  });

  test.each(snippets.map(([, path, text]) => ({ path, text })))('shows what is in $path', async ({ path, text }) => {
    if (path === undefined || text === undefined) throw new Error('a snippet does not say which file it is of');
    expect(await read(path)).toContain(text);
  });
});
