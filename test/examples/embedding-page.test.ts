import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

/** Fences that show the example, which the other test runs; the last one is of the reader's own program. */
test('docs/embedding.md shows what the example says', async () => {
  const read = (path: string): Promise<string> => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
  const [page, example] = await Promise.all([read('docs/embedding.md'), read('examples/embedding/node-os.ts')]);
  const shown = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code!).slice(0, -1);
  expect(shown).toHaveLength(4);
  for (const code of shown) expect(example).toContain(code);
});
