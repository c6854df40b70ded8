import type { Files } from './files.ts';

/**
 * Writes a file so that after a crash there is either the old content or the new one: temporary file, sync,
 * rename, directory sync. Content in pieces is written as it comes; if it throws, the old file stays.
 */
export async function writeFileAtomically(
  files: Files,
  path: string,
  content: Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  options: { readonly mode?: number } = {},
): Promise<void> {
  const temporary = `${path}.tmp`;
  const writer = await files.create(temporary, { mode: options.mode ?? 0o600 });
  try {
    for await (const piece of content instanceof Uint8Array ? [content] : content) await writer.write(piece);
    await writer.sync();
  } catch (thrown) {
    await writer.close();
    await files.remove(temporary);
    throw thrown;
  }
  await writer.close();
  await files.rename(temporary, path);
  await files.syncDirectory(directoryOf(path));
}

/** The directory that a file is in. */
export function directoryOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '.' : path.slice(0, Math.max(slash, 1));
}
