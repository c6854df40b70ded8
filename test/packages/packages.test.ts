import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const run = promisify(execFile);
const tarballs = process.env['COSI_TARBALLS'] ?? '';
const bin = (name: string): string => fileURLToPath(new URL(`../../node_modules/.bin/${name}`, import.meta.url));

describe.each(readdirSync(tarballs))('%s', (file) => {
  const tarball = join(tarballs, file);

  test('is packed as npm and its tools expect', async () => {
    const { stdout } = await run(bin('publint'), ['run', tarball, '--strict']);
    expect(stdout).toMatch(/All good/);
  });

  test('has types that every module resolution of today finds', async () => {
    // Ends with an error, and its table, if there is a problem.
    await run(bin('attw'), [tarball, '--profile', 'esm-only', '--no-emoji', '--no-color']);
  });

  test('holds what was built and nothing else', async () => {
    const { stdout } = await run('tar', ['-tzf', tarball]);
    const foreign = stdout
      .trim()
      .split('\n')
      .filter((path) => !/^package\/(dist|bin)\/|^package\/(package\.json|README\.md|LICENSE)$/.test(path));
    expect(foreign).toEqual([]);
    expect(stdout).toMatch(/^package\/README\.md$/m);
    expect(stdout).toMatch(/^package\/LICENSE$/m);
    expect(stdout).not.toMatch(/\.test\.|\.test-d\.|\.fixture\.|tsbuildinfo/);
  });
});
