import { CommandError } from '../io.ts';
import type { ClientConfig, ClientContext } from './client-config.ts';

/**
 * The context with a name, or the current one.
 *
 * @param path names the file in errors.
 * @throws CommandError saying which there are.
 */
export function selectContext(config: ClientConfig, name: string | undefined, path: string): ClientContext {
  const wanted = name ?? config.context;
  const context = config.contexts.get(wanted);
  if (context !== undefined) return context;
  const names = [...config.contexts.keys()];
  if (names.length === 0)
    throw new CommandError(`${path}: there is no context in it: write one with "cosi gen config"`);
  const cure = `use --context with one of ${names.join(', ')}`;
  if (wanted === '') throw new CommandError(`${path}: no context is the current one: ${cure}`);
  throw new CommandError(`${path}: context ${JSON.stringify(wanted)} is not in it: ${cure}`);
}
