import { statSync, watch } from 'node:fs';
import { dirname } from 'node:path';
import type { FileWatch } from '../files.ts';
import type { Logger } from '../logger.ts';
import { fileError } from './file-errors.ts';

/** Milliseconds in which several events become one call. */
const SETTLE = 20;

/**
 * Watches through the file's directory, since a file that is replaced is not the file that was watched. Any event
 * there makes us look at the file itself, so that a link on the way may be switched, too.
 *
 * @throws FileError if the directory cannot be watched.
 */
export function watchFile(path: string, changed: () => void, log: Logger): FileWatch {
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    timer = undefined;
    const current = fingerprint(path);
    if (current === seen) return;
    seen = current;
    changed();
  };
  const watcher = watchDirectory(path, () => {
    timer ??= setTimeout(look, SETTLE).unref();
  });
  watcher.on('error', (error) => log.warn('a file is no longer watched', { path, error: error.message }));
  let seen = fingerprint(path);
  return {
    stop() {
      watcher.close();
      clearTimeout(timer);
    },
  };
}

function watchDirectory(path: string, event: () => void): ReturnType<typeof watch> {
  try {
    return watch(dirname(path), { persistent: false }, event);
  } catch (thrown) {
    throw fileError(path, thrown);
  }
}

/** What differs after every change of a file; undefined if there is none, or none that may be looked at. */
function fingerprint(path: string): string | undefined {
  try {
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
    return stats && `${stats.dev} ${stats.ino} ${stats.size} ${stats.mtimeNs} ${stats.ctimeNs}`;
  } catch {
    return undefined;
  }
}
