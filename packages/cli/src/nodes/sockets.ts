import { basename, join } from 'node:path';
import { FileError, type Files } from '@cosi-ts/core';
import { API_SOCKET } from '@cosi-ts/controllers';
import { compareNodeNames } from '../cluster/layout.ts';
import { CommandError } from '../io.ts';

/** A node that may be running: its directory holds a socket, which a crash may have left. */
export interface NodeSocket {
  /** The name of the node's directory. */
  readonly name: string;
  readonly path: string;
}

/**
 * The sockets of the nodes in a cluster's directory, control plane first, then by number; or the one of a single
 * node's directory. A directory that is not there has none.
 *
 * @throws CommandError if the directory cannot be read.
 */
export async function findSockets(files: Files, directory: string): Promise<readonly NodeSocket[]> {
  const entries = await listing(files, directory);
  if (entries.includes(API_SOCKET)) return [socketIn(directory)];
  const inside = await Promise.all(entries.map((entry) => hasSocket(files, join(directory, entry))));
  return entries
    .filter((_, index) => inside[index])
    .sort(compareNodeNames)
    .map((entry) => socketIn(join(directory, entry)));
}

function socketIn(directory: string): NodeSocket {
  return { name: basename(directory), path: join(directory, API_SOCKET) };
}

async function listing(files: Files, directory: string): Promise<readonly string[]> {
  try {
    return await files.list(directory);
  } catch (thrown) {
    if (!(thrown instanceof FileError)) throw thrown;
    throw new CommandError(`${thrown.message}: name the directory of a cluster with --state`, { cause: thrown });
  }
}

/** Whatever else lies in the directory, readable or not, is no node. */
async function hasSocket(files: Files, directory: string): Promise<boolean> {
  try {
    return (await files.list(directory)).includes(API_SOCKET);
  } catch (thrown) {
    if (thrown instanceof FileError) return false;
    throw thrown;
  }
}
