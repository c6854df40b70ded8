import type { Command } from 'commander';
import { listOption } from '../commands/options.ts';
import { STATE_OPTION_HELP } from './state-directory.ts';

/** Which nodes a command asks, as it was given. */
export interface NodeSelection {
  readonly state?: string;
  readonly nodes?: readonly string[];
  readonly talosconfig?: string;
  readonly context?: string;
  readonly endpoints?: readonly string[];
}

/** Adds the options that say which nodes a command asks. */
export function addNodeOptions(command: Command): Command {
  return command
    .option(
      '-n, --nodes <nodes>',
      'nodes to ask, by address, hostname or name (repeatable, comma separated)',
      listOption,
    )
    .option('--state <dir>', STATE_OPTION_HELP)
    .option('--talosconfig <file>', 'ask the nodes of a client configuration instead (default: TALOSCONFIG)')
    .option('--context <name>', 'context of the client configuration (default: its current one)')
    .option(
      '-e, --endpoints <endpoints>',
      'endpoints in place of those of the context (repeatable, comma separated)',
      listOption,
    );
}
