import { addNodeOptions } from '../nodes/node-options.ts';
import type { VersionOptions } from '../nodes/print-versions.ts';
import type { RegisterCommand } from './index.ts';

const EXAMPLES = `
Examples:
  cosi version                of this command, and of the nodes that run in the directory
  cosi version --client       of this command alone`;

/** `cosi version`: of the command and of nodes. */
export const registerVersion: RegisterCommand = (program, io) => {
  addNodeOptions(program.command('version'))
    .summary('print the version of this command, and of nodes')
    .description('Print the version of this command, and of nodes.')
    .option('--client', 'of this command alone')
    .addHelpText('after', EXAMPLES)
    .action(async (options: VersionOptions) => {
      const { printVersions } = await import('../nodes/print-versions.ts');
      await printVersions(io, options);
    });
};
