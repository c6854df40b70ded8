import { basename, dirname } from 'node:path';
import { FileError, type Files } from '@cosi-ts/core';

/** Whether there is a directory. An empty one lists as one that is not there does; the one above tells them apart. */
export async function isDirectory(files: Files, path: string): Promise<boolean> {
  try {
    if ((await files.list(path)).length > 0) return true;
    return path === dirname(path) || (await files.list(dirname(path))).includes(basename(path));
  } catch (thrown) {
    if (thrown instanceof FileError && thrown.code === 'ENOTDIR') return false;
    throw thrown;
  }
}
