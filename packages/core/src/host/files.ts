/**
 * Files, as primitives small enough to be simulated honestly: what was not synced may be lost in a crash, what
 * was renamed without a directory sync too. Paths are absolute or relative to the working directory.
 * Calls reject with {@link FileError}.
 */
export interface Files {
  /** The whole file, or undefined if there is none. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** Opens a new or truncated file for writing; with `exclusive` it must not exist (`EEXIST`), with `append` it is kept. */
  create(path: string, options?: CreateOptions): Promise<FileWriter>;
  rename(from: string, to: string): Promise<void>;
  /** Removes a file or an empty directory; nothing there is no error. */
  remove(path: string): Promise<void>;
  /** Makes a directory and its parents, by default for their owner alone (0o700); existing ones are no error. */
  makeDirectory(path: string, options?: DirectoryOptions): Promise<void>;
  /** The names in a directory, sorted; empty if there is none. */
  list(path: string): Promise<readonly string[]>;
  /** Makes renames and removals in a directory durable. */
  syncDirectory(path: string): Promise<void>;
  /** Takes a lock that ends with the process, however it ends; a `FileError` with code `ELOCKED` if another holds it. */
  lock(path: string): Promise<FileLock>;
  /** Calls `changed` after the file was written, replaced or removed (several changes may be one call). */
  watch(path: string, changed: () => void): FileWatch;
}

export interface DirectoryOptions {
  /** Permission bits of what is made; 0o700 by default. */
  readonly mode?: number;
  /** Number of the group that it shall belong to, with whatever is made in it later: then its mode is set in any case. */
  readonly group?: number | undefined;
}

export interface CreateOptions {
  readonly exclusive?: boolean;
  /** Writes after what is there. */
  readonly append?: boolean;
  /** Permission bits; 0o600 by default, since most of what is written here is secret. */
  readonly mode?: number;
}

export interface FileWriter {
  /** Bytes that the file had when it was opened: 0 unless appending. */
  readonly start: number;
  write(bytes: Uint8Array): Promise<void>;
  /** Resolves when what was written would survive a crash. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface FileLock {
  release(): Promise<void>;
}

export interface FileWatch {
  stop(): void;
}
