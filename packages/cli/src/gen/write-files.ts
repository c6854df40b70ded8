import { writeFileAtomically, type Files } from '@cosi-ts/core';
import { CommandError } from '../io.ts';

export interface WriteFilesOptions {
  /** Absolute. */
  readonly directory: string;
  /** Whether to replace what is there. */
  readonly force: boolean;
  /** The option that names another place. */
  readonly option: string;
}

/**
 * Writes texts by the names of their files, readable for their owner alone.
 * @throws CommandError if one of them is there
 */
export async function writeFiles(
  files: Files,
  texts: ReadonlyMap<string, string>,
  { directory, force, option }: WriteFilesOptions,
): Promise<void> {
  const there = new Set(await files.list(directory));
  const replaced = [...texts.keys()].filter((name) => there.has(name));
  if (replaced.length > 0 && !force) {
    throw new CommandError(`${directory} has ${replaced.join(', ')}: choose another ${option}, or add --force`);
  }
  await files.makeDirectory(directory);
  for (const [name, text] of texts) {
    await writeFileAtomically(files, `${directory}/${name}`, new TextEncoder().encode(text));
  }
}
