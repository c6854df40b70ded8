import { closeSync, openSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { messageOf } from '../../errors/coded-error.ts';
import { RpcError } from '../rpc-error.ts';

/** `sockaddr_un` holds 108 bytes with the final NUL on Linux, 104 on Darwin; longer paths were cut silently once. */
const MAX = process.platform === 'darwin' ? 103 : 107;

/** A name of a socket that the system takes, while it is held. */
export interface ShortPath {
  readonly path: string;
  release(): void;
}

/**
 * The path of a socket as the system takes it: one that is too long goes through its open directory.
 *
 * @throws RpcError `INVALID_ARGUMENT` if there is no such way, `UNAVAILABLE` if the directory cannot be opened
 */
export function shortPath(path: string): ShortPath {
  if (Buffer.byteLength(path) <= MAX) return { path, release: () => undefined };
  const name = basename(path);
  // Linux alone lets one walk on from an open directory.
  if (process.platform !== 'linux' || Buffer.byteLength(name) > MAX - '/proc/self/fd/1234567/'.length) {
    throw new RpcError(
      'INVALID_ARGUMENT',
      `the socket path ${path} has ${Buffer.byteLength(path)} bytes, but the system takes at most ${MAX}: ` +
        'use a shorter name, or a shorter directory',
    );
  }
  const directory = opened(dirname(path));
  let isOpen = true;
  return {
    path: `/proc/self/fd/${directory}/${name}`,
    release() {
      if (isOpen) closeSync(directory);
      isOpen = false;
    },
  };
}

function opened(directory: string): number {
  try {
    return openSync(directory, 'r');
  } catch (thrown) {
    throw new RpcError('UNAVAILABLE', messageOf(thrown), { cause: thrown });
  }
}
