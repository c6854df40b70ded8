import { messageOf } from '../../errors/coded-error.ts';
import { FileError } from '../file-error.ts';

/** The system's code of a failed call of node:fs. */
export function systemCode(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;
}

export function fileError(path: string, thrown: unknown): FileError {
  return new FileError(systemCode(thrown) ?? 'EIO', path, messageOf(thrown), { cause: thrown });
}

/** Runs a file operation; what it throws becomes a {@link FileError} about `path`. */
export async function onFile<T>(path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (thrown) {
    throw fileError(path, thrown);
  }
}
