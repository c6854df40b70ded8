import { posix } from 'node:path';
import { FileError, type FileLock, type FileWriter, type Files } from '@cosi-ts/core';
import type { Life, World } from '../world.ts';
import type { OpenFile } from './disk.ts';
import type { Volume } from './volume.ts';

/** A volume's files as seen by one life of a node: each operation is an action, and may fail as disks do. */
export function virtualFiles(world: World, life: Life, volume: Volume): Files {
  const { disk } = volume;

  const operation = <T>(what: string, path: string, run: () => T): Promise<T> =>
    new Promise((resolve, reject) => {
      const attempt = (): void => {
        try {
          if (world.draw('disk', life.name, `EIO at ${path}`)) throw broken(path);
          resolve(run());
        } catch (thrown) {
          reject(thrown instanceof Error ? thrown : new Error(String(thrown)));
        }
      };
      world.enqueue({ life, label: `${what} ${path}`, run: attempt });
    });

  const writer = (path: string, file: OpenFile): FileWriter => {
    let isOpen = true;
    const ifOpen = (run: () => void) => (): void => {
      if (!isOpen) throw new FileError('EBADF', path, `EBADF: ${path} is closed`);
      run();
    };
    return {
      start: file.start,
      write(bytes) {
        const copy = bytes.slice();
        const append = (): void => {
          file.append(copy);
          volume.changed(path);
        };
        return operation('write', path, ifOpen(append));
      },
      sync: () =>
        operation(
          'sync',
          path,
          ifOpen(() => file.sync()),
        ),
      close: () =>
        operation('close', path, () => {
          isOpen = false;
        }),
    };
  };

  const lock = (path: string): FileLock => {
    const holder = volume.holder(path);
    if (holder !== undefined) throw new FileError('ELOCKED', path, `${path} is locked by ${holder.name}`);
    volume.lock(path, life);
    let isHeld = true;
    const release = (): void => {
      if (isHeld) volume.unlock(path);
      isHeld = false;
    };
    return { release: () => operation('unlock', path, release) };
  };

  return {
    read: (name) => operation('read', absolute(name), () => disk.read(absolute(name))),
    create: (name, options = {}) =>
      operation('create', absolute(name), () => {
        const path = absolute(name);
        const file = disk.create(path, options);
        volume.changed(path);
        return writer(path, file);
      }),
    rename: (from, to) =>
      operation('rename', absolute(from), () => {
        disk.rename(absolute(from), absolute(to));
        volume.changed(absolute(from));
        volume.changed(absolute(to));
      }),
    remove: (name) =>
      operation('remove', absolute(name), () => {
        disk.remove(absolute(name));
        volume.changed(absolute(name));
      }),
    makeDirectory: (name) => operation('make directory', absolute(name), () => disk.makeDirectory(absolute(name))),
    list: (name) => operation('list', absolute(name), () => disk.list(absolute(name))),
    syncDirectory: (name) => operation('sync', absolute(name), () => disk.syncDirectory(absolute(name))),
    lock: (name) => operation('lock', absolute(name), () => lock(absolute(name))),
    watch: (name, changed) => ({ stop: volume.watch(absolute(name), life, changed) }),
  };
}

/** Every simulated process works in the root directory. */
function absolute(name: string): string {
  return posix.resolve('/', name);
}

function broken(path: string): FileError {
  return new FileError('EIO', path, `EIO: the disk failed at ${path}`);
}
