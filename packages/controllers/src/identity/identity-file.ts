import { CodedError, FileError, directoryOf, writeFileAtomically, type Files } from '@cosi-ts/core';

/** An identity file that exists and cannot be used. It is never overwritten: an identity is not ours to lose. */
class IdentityFileError extends CodedError {
  readonly code = 'identity-file';
  readonly path: string;

  constructor(path: string, reason: string) {
    super(`identity file ${path} is unusable: ${reason}; restore it from a backup, or remove it to get a new identity`);
    this.path = path;
  }
}

/** An identity as text. */
export interface IdentityFormat<T> {
  /** Returns undefined, or throws, for a text that is no such identity. */
  parse(text: string): T | undefined;
  create(): T;
  print(identity: T): string;
}

export interface LoadedIdentity<T> {
  readonly identity: T;
  readonly created: boolean;
}

/**
 * What reads an identity from its file, or makes one and writes it: complete and durable before anybody sees it.
 * Whoever asks while it is being loaded gets the same: a controller that was started anew does not write over what
 * its last run is about to write.
 *
 * @returns a function that rejects with IdentityFileError
 */
export function identityLoader<T>(
  files: Files,
  format: IdentityFormat<T>,
): (path: string) => Promise<LoadedIdentity<T>> {
  const loading = new Map<string, Promise<LoadedIdentity<T>>>();
  return (path) => {
    const known = loading.get(path);
    if (known !== undefined) return known;
    const load = loadOrCreate(files, path, format).finally(() => loading.delete(path));
    loading.set(path, load);
    return load;
  };
}

async function loadOrCreate<T>(files: Files, path: string, format: IdentityFormat<T>): Promise<LoadedIdentity<T>> {
  const bytes = await readIdentity(files, path);
  if (bytes === undefined) {
    const identity = format.create();
    await writeFileAtomically(files, path, new TextEncoder().encode(format.print(identity)));
    return { identity, created: true };
  }
  const identity = parseIdentity(path, bytes, (text) => format.parse(text));
  // Whoever wrote it may have been stopped just before its name was durable.
  await files.syncDirectory(directoryOf(path));
  return { identity, created: false };
}

async function readIdentity(files: Files, path: string): Promise<Uint8Array | undefined> {
  try {
    return await files.read(path);
  } catch (thrown) {
    if (thrown instanceof FileError) throw new IdentityFileError(path, thrown.message);
    throw thrown;
  }
}

function parseIdentity<T>(path: string, bytes: Uint8Array, parse: (text: string) => T | undefined): T {
  if (bytes.length === 0) throw new IdentityFileError(path, 'it is empty');
  let identity: T | undefined;
  try {
    identity = parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    // Its content may be a key: the reason stays out of the message.
    throw new IdentityFileError(path, 'its content is damaged');
  }
  if (identity === undefined) throw new IdentityFileError(path, 'its content is incomplete');
  return identity;
}
