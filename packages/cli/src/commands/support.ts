import { addNodeOptions } from '../nodes/node-options.ts';
import type { SupportOptions } from '../support/support.ts';
import type { RegisterCommand } from './index.ts';

const EXAMPLES = `
Nodes of a directory are in it whether they run or not. Secrets are replaced by REDACTED: specs of sensitive types, those
of the machine configuration, and what looks like one. Logs and configuration come from the directories of the nodes; over
the network there are resources and graph only.

Examples:
  cosi support                                    all nodes of the directory
  cosi support -n talos-default-worker-1          one of them
  cosi support -o /tmp                            a file with a name of its own, in a directory
  cosi support --talosconfig .cosi/talosconfig    over the network
  cosi support -o support.tar.gz --force          in place of the last one

Exit codes: 0; 1 for an error, and where something could not be had: the rest is written; 2 for a mistake on the command
line; 130 if interrupted: nothing is written.`;

/** `cosi support`: what there is to know of nodes, for somebody who shall help. */
export const registerSupport: RegisterCommand = (program, io) => {
  addNodeOptions(program.command('support'))
    .summary('write configuration, resources, graph and logs of nodes into an archive')
    .description('Write configuration, resources, graph and logs of nodes into one archive, without secrets.')
    .option('-o, --output <file>', 'where to (default: support-NAME-TIME.tar.gz here)')
    .option('--force', 'replace a file that is there')
    .addHelpText('after', EXAMPLES)
    .action(async (options: SupportOptions) => {
      const { support } = await import('../support/support.ts');
      await support(io, options);
    });
};
