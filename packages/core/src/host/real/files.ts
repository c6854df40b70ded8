import { chmod, chown, mkdir, open, readFile, readdir, rename, rmdir, unlink, type FileHandle } from 'node:fs/promises';
import { compareUtf8 } from '../../values/utf8.ts';
import type { CreateOptions, DirectoryOptions, FileWriter, Files } from '../files.ts';
import type { Logger } from '../logger.ts';
import { fileError, onFile, systemCode } from './file-errors.ts';
import { lockFile } from './file-lock.ts';
import { watchFile } from './file-watch.ts';

export function realFiles(log: Logger): Files {
  return {
    read: (path) => orElse(path, undefined, async () => plain(await readFile(path))),
    create: (path, options = {}) => onFile(path, () => create(path, options)),
    rename: (from, to) => onFile(from, () => rename(from, to)),
    remove: (path) => orElse(path, undefined, () => remove(path)),
    makeDirectory: (path, options = {}) => onFile(path, () => makeDirectory(path, options)),
    list: (path) => orElse(path, [], async () => (await readdir(path)).toSorted(compareUtf8)),
    syncDirectory: (path) => onFile(path, () => syncDirectory(path)),
    lock: lockFile,
    watch: (path, changed) => watchFile(path, changed, log),
  };
}

/** The answer where nothing is there. */
async function orElse<T>(path: string, absent: T, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (thrown) {
    if (systemCode(thrown) === 'ENOENT') return absent;
    throw fileError(path, thrown);
  }
}

async function makeDirectory(path: string, { mode = 0o700, group }: DirectoryOptions): Promise<void> {
  await mkdir(path, { recursive: true, mode });
  if (group === undefined) return;
  await chown(path, -1, group);
  // What is made in a directory with this bit belongs to the directory's group.
  await chmod(path, mode | 0o2000);
}

async function create(path: string, options: CreateOptions): Promise<FileWriter> {
  const { mode = 0o600, exclusive = false, append = false } = options;
  const file = await open(path, `${append ? 'a' : 'w'}${exclusive ? 'x' : ''}`, mode);
  let start = 0;
  try {
    // A file that was there keeps its own mode, which may let too many people read what is written now.
    const { mode: present, size } = await file.stat();
    if ((present & 0o777 & ~mode) !== 0) await file.chmod(mode);
    start = size;
  } catch (thrown) {
    await file.close();
    throw thrown;
  }
  let closed: Promise<void> | undefined;
  return {
    start,
    write: (bytes) => onFile(path, () => writeAll(file, bytes)),
    sync: () => onFile(path, () => file.sync()),
    close: () => (closed ??= onFile(path, () => file.close())),
  };
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  let done = 0;
  while (done < bytes.length) done += (await file.write(bytes, done)).bytesWritten;
}

async function remove(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (thrown) {
    // Linux says EISDIR, the others EPERM.
    if (systemCode(thrown) !== 'EISDIR' && systemCode(thrown) !== 'EPERM') throw thrown;
    await rmdir(path);
  }
}

async function syncDirectory(path: string): Promise<void> {
  // Windows has no such thing: its directories cannot be opened.
  if (process.platform === 'win32') return;
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
