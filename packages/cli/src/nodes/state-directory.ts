import { resolve } from 'node:path';
import type { CommandIo } from '../io.ts';

const DEFAULT = '.cosi';

/** What `--state` means to every command, for its help. */
export const STATE_OPTION_HELP = `directory of the cluster, or of one node in it (default: COSI_STATE, else ${DEFAULT})`;

/** The directory that holds the cluster, absolute: `--state`, else `COSI_STATE`, else `.cosi` where the user is. */
export function stateDirectory({ cwd, env }: Pick<CommandIo, 'cwd' | 'env'>, option: string | undefined): string {
  return resolve(cwd, option || env['COSI_STATE'] || DEFAULT);
}
