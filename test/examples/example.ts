import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { startProcess, type Running } from '../process.ts';

/**
 * Where the examples are run: in this checkout, on the sources of its packages; or, with `COSI_EXAMPLES`, in a project
 * outside of it, on packages that were installed there (`npm run test:packages`).
 */
const INSTALLED = process.env['COSI_EXAMPLES'];
const ROOT = INSTALLED ?? fileURLToPath(new URL('../../examples', import.meta.url));

/** Starts a program of an example, as its readers do. `program` is a path below `examples`. */
export function startExample(program: string, args: readonly string[], cwd: string): Running {
  const conditions = INSTALLED === undefined ? ['--conditions=@cosi-ts/source'] : [];
  return startProcess(process.execPath, [...conditions, join(ROOT, program), ...args], {}, cwd);
}

/** The `cosi` of the packages that the examples run on. */
export function exampleCosi(...args: readonly string[]): Running {
  const bin = INSTALLED === undefined ? '../packages/cli/bin/cosi.js' : '../node_modules/@cosi-ts/cli/bin/cosi.js';
  return startProcess(process.execPath, [join(ROOT, bin), ...args]);
}

/** Runs the tests of an example, as its readers do with `npm test` in its folder. */
export function testExample(name: string): Running {
  const folder = join(ROOT, name);
  const vitest = join(ROOT, '../node_modules/vitest/vitest.mjs');
  const config = fileURLToPath(new URL('sources.vitest.config.ts', import.meta.url));
  const onSources = INSTALLED === undefined ? ['--config', config, '--root', folder] : [];
  return startProcess(process.execPath, [vitest, 'run', ...onSources], {}, folder);
}
