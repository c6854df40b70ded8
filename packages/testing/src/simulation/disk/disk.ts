import { compareUtf8, FileError, type CreateOptions } from '@cosi-ts/core';
import type { Tape } from '../tape.ts';
import { create, edit, loseUnsynced, sync, type Inode } from './inode.ts';

/** A change of a directory since its last sync: what a name stands for from now on. */
interface Entry {
  readonly path: string;
  readonly inode: Inode | undefined;
}

/**
 * A disk that keeps only what was synced: the content of files, and which names stand for which file.
 * Directories themselves are kept at once. Paths are absolute and normal.
 */
export class Disk {
  readonly #files = new Map<string, Inode>();
  /** What a crash leaves for certain. */
  readonly #durable = new Map<string, Inode>();
  readonly #directories = new Set<string>(['/']);
  readonly #unsynced = new Map<string, Entry[]>();

  read(path: string): Uint8Array | undefined {
    if (this.#directories.has(path)) throw failure('EISDIR', path);
    return this.#files.get(path)?.content.slice();
  }

  /** Permission bits of a file; undefined if there is none. */
  mode(path: string): number | undefined {
    return this.#files.get(path)?.mode;
  }

  /** Opens a file, empty from now on unless it is appended to; an older one keeps no permission that `mode` lacks. */
  create(path: string, { mode = 0o600, exclusive = false, append = false }: CreateOptions): OpenFile {
    this.requireParent(path);
    if (this.#directories.has(path)) throw failure('EISDIR', path);
    const known = this.#files.get(path);
    if (known !== undefined && exclusive) throw failure('EEXIST', path);
    const inode = known ?? create(mode);
    inode.mode &= mode;
    if (known === undefined) this.#name(path, inode);
    if (!append) edit(inode, { kind: 'truncate' });
    return {
      start: inode.content.length,
      append: (bytes) => edit(inode, { kind: 'append', bytes: bytes.slice() }),
      sync: () => sync(inode),
    };
  }

  rename(from: string, to: string): void {
    const inode = this.#files.get(from);
    if (inode === undefined) throw failure('ENOENT', from);
    this.requireParent(to, from);
    if (this.#directories.has(to)) throw failure('EISDIR', from);
    if (from === to) return;
    this.#name(to, inode);
    this.#name(from, undefined);
  }

  remove(path: string): void {
    if (this.#directories.has(path)) {
      if (this.list(path).length > 0) throw failure('ENOTEMPTY', path);
      this.#directories.delete(path);
    } else if (this.#files.has(path)) {
      this.#name(path, undefined);
    }
  }

  makeDirectory(path: string): void {
    if (this.#files.has(path)) throw failure('EEXIST', path);
    for (let directory = path; !this.#directories.has(directory); directory = parentOf(directory)) {
      if (this.#files.has(directory)) throw failure('ENOTDIR', path);
      this.#directories.add(directory);
    }
  }

  list(path: string): readonly string[] {
    if (this.#files.has(path)) throw failure('ENOTDIR', path);
    const prefix = path === '/' ? '/' : `${path}/`;
    const names = [...this.#files.keys(), ...this.#directories]
      .filter((each) => each.startsWith(prefix) && each.length > prefix.length)
      .map((each) => each.slice(prefix.length))
      .filter((name) => !name.includes('/'));
    return names.sort(compareUtf8);
  }

  syncDirectory(path: string): void {
    if (!this.#directories.has(path)) throw failure(this.#files.has(path) ? 'ENOTDIR' : 'ENOENT', path);
    for (const entry of this.#unsynced.get(path) ?? []) this.#keep(entry);
    this.#unsynced.delete(path);
  }

  /** A file that the system itself keeps, as it does one that a lock stands on. */
  touch(path: string): void {
    this.requireParent(path);
    if (this.#files.has(path)) return;
    const inode = create(0o600);
    this.#files.set(path, inode);
    this.#durable.set(path, inode);
  }

  /** @throws FileError unless the directory of `path` exists */
  requireParent(path: string, about = path): void {
    const parent = parentOf(path);
    if (!this.#directories.has(parent)) throw failure(this.#files.has(parent) ? 'ENOTDIR' : 'ENOENT', about);
  }

  /**
   * The power goes. What was not synced is lost, save what the tape says had reached the disk by itself: the
   * first so many changes of a directory, the first so many writes of a file, and of the next one a part.
   *
   * @param odds that something did, at each opportunity
   */
  crash(tape: Tape, odds: number): void {
    for (const [directory, entries] of sorted(this.#unsynced)) {
      const kept = tape.choose(`kept of ${directory}`, entries.length + 1, odds);
      for (const entry of entries.slice(0, kept)) this.#keep(entry);
    }
    this.#unsynced.clear();
    this.#files.clear();
    for (const [path, inode] of sorted(this.#durable)) {
      loseUnsynced(inode, tape, path, odds);
      this.#files.set(path, inode);
    }
  }

  #name(path: string, inode: Inode | undefined): void {
    if (inode === undefined) this.#files.delete(path);
    else this.#files.set(path, inode);
    const directory = parentOf(path);
    const entries = this.#unsynced.get(directory);
    if (entries === undefined) this.#unsynced.set(directory, [{ path, inode }]);
    else entries.push({ path, inode });
  }

  #keep({ path, inode }: Entry): void {
    if (inode === undefined) this.#durable.delete(path);
    else this.#durable.set(path, inode);
  }
}

/** A file open for writing; it stays the same file when it is renamed. */
export interface OpenFile {
  /** Bytes that it had when it was opened. */
  readonly start: number;
  append(bytes: Uint8Array): void;
  sync(): void;
}

/** In an order that does not depend on history, for the tape. */
function sorted<T>(map: ReadonlyMap<string, T>): readonly (readonly [string, T])[] {
  return [...map].sort(([a], [b]) => compareUtf8(a, b));
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

function failure(code: string, path: string): FileError {
  return new FileError(code, path, `${code}: ${path}`);
}
