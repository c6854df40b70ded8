import { writeFileAtomically, type Files } from '@cosi-ts/core';

/** While it exists, a start is creating nodes, or was interrupted while it did. */
const FILE = 'nodes-to-create';

/** The nodes that an interrupted start was about to create, by name: the next one goes on with them. */
export async function readUnfinished(files: Files, directory: string): Promise<readonly string[]> {
  const bytes = await files.read(`${directory}/${FILE}`);
  return bytes === undefined ? [] : new TextDecoder().decode(bytes).split('\n').filter(Boolean);
}

/** Runs `create` with a note of what it creates, which only its success removes. */
export async function withUnfinished(
  files: Files,
  directory: string,
  names: readonly string[],
  create: () => Promise<void>,
): Promise<void> {
  const path = `${directory}/${FILE}`;
  await writeFileAtomically(files, path, new TextEncoder().encode(names.map((name) => `${name}\n`).join('')));
  await create();
  await files.remove(path);
}
