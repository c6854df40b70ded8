import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

/** What `go version` says; undefined where there is no Go. */
export const goVersion = versionOf('go');

const run = promisify(execFile);
const MODULES = join(import.meta.dirname, 'go');

/**
 * The path of a program of a module beside this file: the module's own, or that of a tool that it names.
 * @param variables texts that the linker sets, by the names of the variables
 */
export function goProgram(
  module: string,
  main = '.',
  variables: Readonly<Record<string, string>> = {},
): Promise<string> {
  const set = Object.entries(variables).map(([name, value]) => `-X=${name}=${value}`);
  return built(module, ['build', main], set);
}

/** The path of the program that runs a module's tests. */
export function goTests(module: string): Promise<string> {
  return built(module, ['test', '-c', '.']);
}

/** Built once, and kept outside the tree under a name that changes with whatever it is built from. */
async function built(
  module: string,
  [command = '', ...what]: readonly string[],
  link: readonly string[] = [],
): Promise<string> {
  const directory = join(MODULES, module);
  const program = join(cacheDirectory(), await keyOf(directory, [command, ...what], link));
  if (await exists(program)) return program;
  const unfinished = `${program}.${process.pid}`;
  await mkdir(cacheDirectory(), { recursive: true });
  await run(
    'go',
    [command, '-trimpath', '-buildvcs=false', `-ldflags=${['-s -w', ...link].join(' ')}`, '-o', unfinished, ...what],
    {
      cwd: directory,
    },
  );
  // A program that stands there is complete, whoever builds it at the same time.
  await rename(unfinished, program);
  return program;
}

function cacheDirectory(): string {
  const { COSI_CACHE, XDG_CACHE_HOME } = process.env;
  return join(COSI_CACHE ?? join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'cosi-ts'), 'go');
}

async function keyOf(directory: string, what: readonly string[], link: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(`${goVersion}\n${[...what, ...link].join(' ')}\n`);
  const files = await readdir(directory, { recursive: true });
  for (const file of files.filter((name) => /\.(go|mod|sum)$/.test(name)).toSorted()) {
    const text = await readFile(join(directory, file));
    hash.update(`${file} ${text.length}\n`).update(text);
  }
  return `${basename(directory)}-${basename(what.join('-'))}-${hash.digest('hex').slice(0, 24)}`;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function versionOf(go: string): string | undefined {
  try {
    return execFileSync(go, ['version'], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}
