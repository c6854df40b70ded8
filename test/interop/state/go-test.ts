import { expect } from 'vitest';
import { startProcess } from '../../process.ts';
import { goTests } from '../go-program.ts';

/** Runs a test of the module `state`, all of it. What it says when it fails is the failure's message. */
export async function expectGoTest(name: string, env: NodeJS.ProcessEnv): Promise<void> {
  const { code, out } = await startProcess(await goTests('state'), ['-test.v', '-test.run', `^${name}$`], env).ended;
  if (code !== 0) throw new Error(`${name} failed:\n${out}`);
  expect(out).toContain(`--- PASS: ${name}`);
  expect(out).not.toContain('--- SKIP');
}
