import { CodedError, FileError, writeFileAtomically, type Files } from '@cosi-ts/core';

/** An identity file that exists and cannot be used. It is never overwritten: an identity is not ours to lose. */
class IdentityFileError extends CodedError {
  readonly code = 'identity-file';
  readonly path: string;

  constructor(path: string, reason: string) {
    super(`identity file ${path} is unusable: ${reason}; restore it from a backup, or remove it to get a new identity`);
    this.path = path;
  }
}

/**
 * Reads an identity from its file, or makes one and writes it: complete and durable before anybody sees it.
 *
 * @param parse returns undefined, or throws, for a text that is no such identity.
 * @throws IdentityFileError
 */
export async function loadOrCreateIdentity<T>(
  files: Files,
  path: string,
  format: { parse(text: string): T | undefined; create(): T; print(identity: T): string },
): Promise<{ readonly identity: T; readonly created: boolean }> {
  const bytes = await readIdentity(files, path);
  if (bytes === undefined) {
    const identity = format.create();
    await writeFileAtomically(files, path, new TextEncoder().encode(format.print(identity)));
    return { identity, created: true };
  }
  return { identity: parseIdentity(path, bytes, (text) => format.parse(text)), created: false };
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
