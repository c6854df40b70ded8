import { FileError, type Files, type Host } from '@cosi-ts/core';
import { API_SOCKET, type Node } from '@cosi-ts/controllers';
import { API_LISTEN } from '@cosi-ts/runtime';
import { CommandError } from '../io.ts';

/** Where the readers' sockets of what lies in a directory are: beside it, since nobody else gets into that one. */
export function readerDirectory(directory: string): string {
  return `${directory}-reader`;
}

/**
 * Makes a directory whose sockets a group may open.
 *
 * @throws CommandError if this process may not give it to the group
 */
export async function makeReaderDirectory(files: Files, path: string, group: number): Promise<void> {
  try {
    await files.makeDirectory(path, { mode: 0o750, group });
  } catch (thrown) {
    if (!(thrown instanceof FileError) || thrown.code !== 'EPERM') throw thrown;
    throw new CommandError(`${path} cannot be given to group ${group}: be a member of it, or run as root`);
  }
}

/** Serves a node's API to whoever gets into the directory: as a reader, who sees nothing that is sensitive. */
export async function listenForReaders(host: Host, { services }: Pick<Node, 'services'>, path: string): Promise<void> {
  const target = { address: `unix:${path}/${API_SOCKET}` };
  await host.rpc.listen(
    target,
    services(() => ['os:reader']),
    { ...API_LISTEN, socketMode: 0o660 },
  );
}

/**
 * The number of a group that is given by name or number.
 *
 * @throws CommandError if the system's list of groups does not have it
 */
export async function groupId(files: Files, group: string): Promise<number> {
  if (/^\d{1,9}$/.test(group)) return Number(group);
  const lines = new TextDecoder().decode(await files.read('/etc/group')).split('\n');
  const id = lines.map((line) => line.split(':')).find(([name]) => name === group)?.[2];
  if (id !== undefined && /^\d{1,9}$/.test(id)) return Number(id);
  throw new CommandError(`there is no group ${JSON.stringify(group)} in /etc/group: give its number`);
}
