import { access, constants } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { messageOf } from '../../errors/coded-error.ts';
import { FileError } from '../file-error.ts';
import type { FileLock } from '../files.ts';
import { onFile } from './file-errors.ts';

/** Nobody else may hold on to a lock, and a database that is collected as garbage gives its lock away. */
const held = new Set<DatabaseSync>();

/**
 * A lock is an open transaction on a small SQLite database: the system ends it with the process, however that
 * dies, and SQLite refuses a second one in the same process, too. The database tells who holds it.
 *
 * @throws FileError `ELOCKED` if it is held.
 */
export async function lockFile(path: string): Promise<FileLock> {
  await onFile(path, () => access(dirname(path), constants.W_OK));
  // Loaded here and not at the top: most processes that import this never lock anything.
  const sqlite = await import('node:sqlite');
  const database = attempt(path, () => new sqlite.DatabaseSync(path));
  try {
    acquire(database);
  } catch (thrown) {
    const holder = isBusy(thrown) ? readHolder(database) : undefined;
    database.close();
    throw lockError(path, thrown, holder);
  }
  held.add(database);
  return {
    release() {
      if (held.delete(database)) database.close();
      return Promise.resolve();
    },
  };
}

/**
 * Only what is committed can be read by others, but a commit gives the lock away for a moment. Somebody else may
 * then write itself in: whoever gets the lock back checks that it is still named, and starts again if not.
 */
function acquire(database: DatabaseSync): void {
  database.exec('PRAGMA busy_timeout = 0');
  database.exec('BEGIN IMMEDIATE');
  database.exec('CREATE TABLE IF NOT EXISTS holder (one INTEGER PRIMARY KEY CHECK (one = 1), pid INTEGER NOT NULL)');
  while (holderOf(database) !== process.pid) {
    database.prepare('INSERT OR REPLACE INTO holder VALUES (1, ?)').run(process.pid);
    // Somebody who is being refused may be reading; it takes no time.
    database.exec('PRAGMA busy_timeout = 1000');
    database.exec('COMMIT');
    database.exec('PRAGMA busy_timeout = 0');
    database.exec('BEGIN IMMEDIATE');
  }
}

function holderOf(database: DatabaseSync): unknown {
  return database.prepare('SELECT pid FROM holder').get()?.['pid'];
}

/** Who refuses us, as far as the database tells: it may be written to at this moment. */
function readHolder(database: DatabaseSync): unknown {
  try {
    return holderOf(database);
  } catch {
    return undefined;
  }
}

/** SQLite's primary result codes that a user can do something about. */
const BUSY = 5;
const READ_ONLY = 8;
const CANNOT_OPEN = 14;

function attempt<T>(path: string, operation: () => T): T {
  try {
    return operation();
  } catch (thrown) {
    throw lockError(path, thrown, undefined);
  }
}

function isBusy(thrown: unknown): boolean {
  return resultCode(thrown) === BUSY;
}

function lockError(path: string, thrown: unknown, holder: unknown): FileError {
  const code = resultCode(thrown);
  if (code === BUSY) {
    const who = typeof holder === 'number' ? `process ${holder}` : 'another process';
    return new FileError('ELOCKED', path, `${path} is locked by ${who}`, { cause: thrown });
  }
  const system = code === READ_ONLY || code === CANNOT_OPEN ? 'EACCES' : 'EIO';
  return new FileError(system, path, `${path} cannot be used as a lock: ${messageOf(thrown)}`, { cause: thrown });
}

function resultCode(thrown: unknown): number | undefined {
  return thrown instanceof Error && 'errcode' in thrown ? Number(thrown.errcode) & 0xff : undefined;
}
