import { join } from 'node:path';
import { FileError, type Files } from '@cosi-ts/core';
import { API_SOCKET } from '@cosi-ts/controllers';
import { compareNodeNames } from '../cluster/layout.ts';
import { NODE_LOG } from '../log/node-log.ts';

/** A directory that a node has, or had: it need not run. */
export interface NodeDirectory {
  readonly name: string;
  readonly path: string;
}

/** One of these is in every directory of a node. */
const MARKS: readonly string[] = [API_SOCKET, NODE_LOG, 'config.yaml', 'node-identity.yaml'];

/** The directories of nodes in a cluster's directory, or the one that is a node's itself. */
export async function nodeDirectories(files: Files, directory: string): Promise<readonly NodeDirectory[]> {
  const names = await files.list(directory);
  if (names.some((name) => MARKS.includes(name))) {
    return [{ name: directory.slice(directory.lastIndexOf('/') + 1), path: directory }];
  }
  const found = await Promise.all(
    names.map(async (name) => ({ name, marked: await isNode(files, join(directory, name)) })),
  );
  return found
    .filter(({ marked }) => marked)
    .map(({ name }) => ({ name, path: join(directory, name) }))
    .sort((a, b) => compareNodeNames(a.name, b.name));
}

async function isNode(files: Files, path: string): Promise<boolean> {
  try {
    return (await files.list(path)).some((name) => MARKS.includes(name));
  } catch (thrown) {
    // A file, or what somebody else keeps there.
    if (thrown instanceof FileError) return false;
    throw thrown;
  }
}
