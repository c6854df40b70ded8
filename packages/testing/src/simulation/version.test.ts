import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { KIT_VERSION } from './version.ts';

test('replay lines name the version of the package', async () => {
  const manifest = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as unknown;
  expect(manifest).toMatchObject({ version: KIT_VERSION });
});
