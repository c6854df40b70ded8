import { lstatSync, unlinkSync, type Stats } from 'node:fs';
import { createConnection } from 'node:net';
import { RpcError } from '../rpc-error.ts';

/**
 * Removes the socket file that a crashed process left behind. Whether one is dead is known by connecting to it.
 * @param short the path as the system takes it
 * @returns what makes sure, right before binding, that the file is still the one that was found dead
 * @throws RpcError `UNAVAILABLE` if a living process listens there, or the file is not a socket of ours.
 */
export async function clearStaleSocket(path: string, short: string): Promise<() => void> {
  const found = lookAt(path);
  if (found === undefined) return () => undefined;
  if (!found.isSocket())
    throw new RpcError('UNAVAILABLE', `cannot listen on ${path}: a file that is no socket is there`);
  if (process.getuid !== undefined && found.uid !== process.getuid()) {
    throw new RpcError('UNAVAILABLE', `cannot listen on ${path}: the socket there belongs to another user`);
  }
  if (await answers(short)) {
    throw new RpcError('UNAVAILABLE', `cannot listen on ${path}: another process is listening there`);
  }
  return () => {
    const now = lookAt(path);
    if (now?.ino === found.ino && now.ctimeMs === found.ctimeMs) unlinkSync(path);
  };
}

/** Whether somebody accepts connections there. A full backlog is somebody, too. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT');
    });
  });
}

function lookAt(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}
