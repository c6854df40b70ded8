import { posix } from 'node:path';
import { FileError, type Files } from '@cosi-ts/core';
import type { Life, World } from '../world.ts';
import type { Disk } from './disk.ts';

/** What the processes of a machine share: a disk, its locks, and who watches it. */
export interface Volume {
  readonly disk: Disk;
  readonly locks: Map<string, Life>;
  readonly watches: Set<Watch>;
}

interface Watch {
  readonly path: string;
  readonly life: Life;
  readonly changed: () => void;
  isTold: boolean;
}

/** A volume's files as seen by one life of a node. Each operation is an action. */
export function virtualFiles(world: World, life: Life, { disk, locks, watches }: Volume): Files {
  const operation = <T>(label: string, path: string, run: () => T): Promise<T> =>
    new Promise((resolve, reject) => {
      const attempt = (): void => {
        try {
          if (world.tape.choose('disk', 2, world.faults.disk) === 1) throw new FileError('EIO', path, `EIO: ${path}`);
          resolve(run());
        } catch (thrown) {
          reject(thrown instanceof Error ? thrown : new Error(String(thrown)));
        }
      };
      world.enqueue({ life, label: `${label} ${path}`, run: attempt });
    });

  const touch = (path: string): void => {
    for (const watch of watches) {
      if (watch.path !== path || watch.isTold) continue;
      watch.isTold = true;
      const tell = (): void => {
        watch.isTold = false;
        if (watches.has(watch)) watch.changed();
      };
      world.enqueue({ life: watch.life, label: `changed: ${path}`, run: tell });
    }
  };

  return {
    read: (name) => operation('read', absolute(name), () => disk.read(absolute(name))),
    create(name, options = {}) {
      const path = absolute(name);
      return operation('create', path, () => {
        const file = disk.create(path, options.mode ?? 0o600, options.exclusive ?? false);
        touch(path);
        return {
          write: (bytes) =>
            operation('write', path, () => {
              file.append(bytes);
              touch(path);
            }),
          sync: () => operation('sync', path, () => file.sync()),
          close: () => operation('close', path, () => undefined),
        };
      });
    },
    rename: (from, to) =>
      operation('rename', absolute(from), () => {
        disk.rename(absolute(from), absolute(to));
        touch(absolute(from));
        touch(absolute(to));
      }),
    remove: (name) =>
      operation('remove', absolute(name), () => {
        disk.remove(absolute(name));
        touch(absolute(name));
      }),
    makeDirectory: (name) => operation('make directory', absolute(name), () => disk.makeDirectory(absolute(name))),
    list: (name) => operation('list', absolute(name), () => disk.list(absolute(name))),
    syncDirectory: (name) => operation('sync', absolute(name), () => disk.syncDirectory(absolute(name))),
    lock(name) {
      const path = absolute(name);
      return operation('lock', path, () => {
        const holder = locks.get(path);
        if (holder !== undefined && !holder.ended) {
          throw new FileError('ELOCKED', path, `${path} is locked by ${holder.name}`);
        }
        locks.set(path, life);
        return {
          release: () =>
            operation('unlock', path, () => {
              if (locks.get(path) === life) locks.delete(path);
            }),
        };
      });
    },
    watch(name, changed) {
      const watch: Watch = { path: absolute(name), life, changed, isTold: false };
      watches.add(watch);
      return { stop: () => void watches.delete(watch) };
    },
  };
}

/** The working directory of every simulated process is the root. */
function absolute(name: string): string {
  const path = posix.resolve('/', name);
  return path;
}
