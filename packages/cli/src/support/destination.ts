import { basename, dirname, join, resolve } from 'node:path';
import type { Files } from '@cosi-ts/core';
import { CommandError } from '../io.ts';
import { isDirectory } from '../process/is-directory.ts';

export const ENDING = '.tar.gz';

/**
 * The file that an archive goes into: the one that is named, or one of its own name in a directory.
 *
 * @throws CommandError if it is there and must not be replaced, or has no place
 */
export async function destination(
  files: Files,
  cwd: string,
  own: string,
  { output, force = false }: { readonly output?: string | undefined; readonly force?: boolean | undefined },
): Promise<string> {
  const named = resolve(cwd, output ?? '.');
  // A finished archive takes the place of what has its name, which must not be a device.
  if (output === '-' || named.startsWith('/dev/')) {
    throw new CommandError('the archive goes into a file: name one with --output', { exitCode: 2 });
  }
  const path = (await isDirectory(files, named)) ? join(named, own) : named;
  if (!(await isDirectory(files, dirname(path)))) {
    throw new CommandError(`${dirname(path)} is no directory: make it, or choose another --output`);
  }
  if (!force && (await files.list(dirname(path))).includes(basename(path))) {
    throw new CommandError(`${path} is there: choose another --output, or add --force`);
  }
  return path;
}
