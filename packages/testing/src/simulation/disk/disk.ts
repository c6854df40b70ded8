import { FileError } from '@cosi-ts/core';
import type { Tape } from '../tape.ts';

/** A change of a file's content since its last sync. */
type Edit = { readonly kind: 'truncate' } | { readonly kind: 'append'; readonly bytes: Uint8Array };

interface Inode {
  mode: number;
  content: Uint8Array;
  synced: Uint8Array;
  edits: Edit[];
}

/** A change of a directory since its last sync: what a name stands for from now on. */
interface Entry {
  readonly path: string;
  readonly inode: Inode | undefined;
}

/**
 * A disk that keeps only what was synced: the content of files, and which names stand for which file.
 * Directories themselves are kept at once.
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

  /** Opens a file that is empty from now on. */
  create(path: string, mode: number, exclusive: boolean): OpenFile {
    if (this.#directories.has(path)) throw failure('EISDIR', path);
    this.#requireParent(path);
    const known = this.#files.get(path);
    if (known !== undefined && exclusive) throw failure('EEXIST', path);
    const inode: Inode = known ?? { mode, content: EMPTY, synced: EMPTY, edits: [] };
    if (known === undefined) this.#name(path, inode);
    edit(inode, { kind: 'truncate' });
    return {
      append: (bytes) => edit(inode, { kind: 'append', bytes: bytes.slice() }),
      sync() {
        inode.synced = inode.content;
        inode.edits = [];
      },
    };
  }

  rename(from: string, to: string): void {
    const inode = this.#files.get(from);
    if (inode === undefined) throw failure('ENOENT', from);
    if (this.#directories.has(to)) throw failure('EISDIR', to);
    this.#requireParent(to);
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
    for (let directory = path; !this.#directories.has(directory); directory = parentOf(directory)) {
      if (this.#files.has(directory)) throw failure('ENOTDIR', directory);
      this.#directories.add(directory);
    }
  }

  list(path: string): readonly string[] {
    const prefix = path === '/' ? '/' : `${path}/`;
    const names = [...this.#files.keys(), ...this.#directories]
      .filter((each) => each.startsWith(prefix) && each.length > prefix.length)
      .map((each) => each.slice(prefix.length))
      .filter((name) => !name.includes('/'));
    return names.sort();
  }

  syncDirectory(path: string): void {
    if (!this.#directories.has(path)) throw failure('ENOENT', path);
    for (const entry of this.#unsynced.get(path) ?? []) this.#keep(entry);
    this.#unsynced.delete(path);
  }

  /**
   * The power goes. What was not synced is lost, save what the tape says had reached the disk by itself: the
   * first so many changes of a directory, the first so many writes of a file, and of the next one a part.
   */
  crash(tape: Tape, odds: number): void {
    for (const [directory, entries] of [...this.#unsynced].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const kept = tape.choose(`kept of ${directory}`, entries.length + 1, odds);
      for (const entry of entries.slice(0, kept)) this.#keep(entry);
    }
    this.#unsynced.clear();
    this.#files.clear();
    for (const [path, inode] of [...this.#durable].sort(([a], [b]) => (a < b ? -1 : 1))) {
      settle(inode, tape.choose(`kept of ${path}`, inode.edits.length + 1, odds), tape, odds);
      this.#files.set(path, inode);
    }
  }

  /** Everything written is kept: the process died, the machine did not. */
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

  #requireParent(path: string): void {
    if (!this.#directories.has(parentOf(path))) throw failure('ENOENT', path);
  }
}

/** A file open for writing; it stays the same file when it is renamed. */
export interface OpenFile {
  append(bytes: Uint8Array): void;
  sync(): void;
}

const EMPTY = new Uint8Array(0);
const SECTOR = 512;

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

function edit(inode: Inode, change: Edit): void {
  inode.edits.push(change);
  inode.content = apply(inode.content, change);
}

function apply(content: Uint8Array, change: Edit): Uint8Array {
  return change.kind === 'truncate' ? EMPTY : Buffer.concat([content, change.bytes]);
}

/** What is on the disk after a crash: what was synced, `kept` writes, and maybe a torn part of the next. */
function settle(inode: Inode, kept: number, tape: Tape, odds: number): void {
  let content = inode.synced;
  for (const change of inode.edits.slice(0, kept)) content = apply(content, change);
  const next = inode.edits[kept];
  if (next?.kind === 'append') {
    const sectors = Math.ceil(next.bytes.length / SECTOR);
    const torn = tape.choose('torn', sectors, odds) * SECTOR;
    content = apply(content, { kind: 'append', bytes: next.bytes.subarray(0, torn) });
  }
  inode.content = content;
  inode.synced = content;
  inode.edits = [];
}

function failure(code: string, path: string): FileError {
  return new FileError(code, path, `${code}: ${path}`);
}
