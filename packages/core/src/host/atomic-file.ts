import type { Files } from './files.ts';

/**
 * Writes a file so that after a crash there is either the old content or the new one: temporary file, sync,
 * rename, directory sync.
 *
 * @param path must contain a directory part.
 */
export async function writeFileAtomically(
  files: Files,
  path: string,
  bytes: Uint8Array,
  options: { readonly mode?: number } = {},
): Promise<void> {
  const temporary = `${path}.tmp`;
  const writer = await files.create(temporary, { mode: options.mode ?? 0o600 });
  try {
    await writer.write(bytes);
    await writer.sync();
  } catch (thrown) {
    await writer.close();
    await files.remove(temporary);
    throw thrown;
  }
  await writer.close();
  await files.rename(temporary, path);
  await files.syncDirectory(path.slice(0, Math.max(path.lastIndexOf('/'), 1)));
}
