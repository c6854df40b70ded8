import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { startProcess, temporaryDirectory } from '../process.ts';
import { isShown } from './compare.ts';
import { withOwnAddresses } from './own-addresses.ts';
import { readPage, type ShownFile, type Step } from './page.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Milliseconds until a command has to print what the page shows: a cluster takes a while to agree. */
const PATIENCE = 30_000;

/** Where a page's commands are run, and where programs of theirs are looked for first: there is a `cosi` already. */
export interface Place {
  readonly directory: string;
  readonly bin: string;
}

/**
 * Does what a reader of a page of `docs` would do, from top to bottom, and expects what it shows.
 * @param prepare makes what the page takes for granted
 */
export async function runPage(page: string, prepare?: (place: Place) => Promise<void>): Promise<void> {
  const directory = await temporaryDirectory();
  const bin = await commandDirectory(directory);
  await prepare?.({ directory, bin });
  const env = { PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` };
  const text = await withOwnAddresses(await readFile(join(ROOT, 'docs', page), 'utf8'));
  for (const action of readPage(text)) {
    if ('name' in action) await writeShown(directory, action);
    else await follow(action, directory, env);
  }
}

async function writeShown(directory: string, { name, text }: ShownFile): Promise<void> {
  const path = join(directory, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

async function follow(step: Step, cwd: string, env: NodeJS.ProcessEnv): Promise<void> {
  const run = () => startProcess('/bin/sh', ['-c', `${step.isBackground ? 'exec ' : ''}${step.command}`], env, cwd);
  if (step.isBackground) {
    await run().until((out) => isShown([...step.output, '…'], out));
    return;
  }
  const deadline = performance.now() + PATIENCE;
  let printed: string;
  do {
    const { out, err } = await run().ended;
    printed = out + err;
  } while (!isShown(step.output, printed) && performance.now() < deadline);
  if (!isShown(step.output, printed)) expect(`line ${step.line}: ${printed}`).toBe(step.output.join('\n'));
}

/** A directory with the `cosi` of this checkout. */
async function commandDirectory(directory: string): Promise<string> {
  const bin = join(directory, 'bin');
  await mkdir(bin);
  const script = `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, 'packages/cli/bin/cosi.js')}" "$@"\n`;
  await writeFile(join(bin, 'cosi'), script, { mode: 0o755 });
  return bin;
}
