import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const GUIDE = new URL('../../docs/testing-controllers.md', import.meta.url);
/** A folder below the one in which the packed packages are installed. */
const FOLDER = join(dirname(process.env['COSI_EXAMPLES'] ?? ''), 'guide');

/** Runs vitest in the folder, as its reader does. @returns what it printed, and whether all passed */
async function vitest(): Promise<{ readonly text: string; readonly isPassed: boolean }> {
  const done = (isPassed: boolean) => (output: { stdout: string; stderr: string }) => ({
    text: output.stdout + output.stderr,
    isPassed,
  });
  const env = { ...process.env, NO_COLOR: '1' };
  return run(process.execPath, [join(FOLDER, '../node_modules/vitest/vitest.mjs'), 'run'], { cwd: FOLDER, env }).then(
    done(true),
    done(false),
  );
}

test('who follows the guide in an empty folder finds the bug, and has it fixed', { timeout: 120_000 }, async () => {
  const guide = await readFile(GUIDE, 'utf8');
  await mkdir(FOLDER);
  const [first = ''] = /npm init.*/.exec(guide) ?? [];
  await run('sh', ['-c', first], { cwd: FOLDER });
  const files = new Map<string, string>();
  for (const [, path = '', text = ''] of guide.matchAll(/<!-- (\S+) -->\n\n```ts\n(.*?)```/gs)) {
    files.set(basename(path), `${files.get(basename(path)) ?? ''}\n${text}`);
  }
  expect([...files.keys()]).toEqual(['resources.ts', 'volumes.ts', 'volumes.test.ts']);
  for (const [name, text] of files) await writeFile(join(FOLDER, name), text);

  const fixed = await vitest();
  expect([fixed.isPassed, fixed.text]).toEqual([true, expect.stringMatching(/Tests +3 passed \(3\)/)]);
  const wrong = (files.get('volumes.test.ts') ?? '').replace('=> [careful]', '=> [hasty]');
  await writeFile(join(FOLDER, 'volumes.test.ts'), wrong);
  const buggy = await vitest();
  expect(buggy.isPassed).toBe(false);
  expect(buggy.text).toMatch(/ReconcileError: run \d+ failed, and shrank to 1 decision/);
  expect(buggy.text).toMatch(/PerturbationError: 3 of 20 perturbations led elsewhere/);
});
