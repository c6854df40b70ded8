import { Option } from 'commander';
import { addNodeOptions } from '../nodes/node-options.ts';
import type { WaitOptions } from '../nodes/wait-for.ts';
import type { RegisterCommand } from './index.ts';
import { durationOption } from './options.ts';

const EXAMPLES = `
Examples:
  cosi wait members talos-default-worker-1                          until every node has the member
  cosi wait members talos-default-worker-1 --for=delete             until none has
  cosi wait members/x -n talos-default-worker-2 --for=phase=tearingDown --timeout 5m
  cosi wait hostnamestatuses hostname --for=jsonpath='{.spec.hostname}'=node-1

Exit codes: 0; 1 for an error; 2 for a mistake on the command line; 3 if it did not come true in time.`;

/** `cosi wait`: for scripts. */
export const registerWait: RegisterCommand = (program, io) => {
  addNodeOptions(program.command('wait'))
    .summary('wait until something is true of a resource')
    .description('Wait until something is true of a resource, on every node that is asked.')
    .argument('<type>', 'type of the resource, or TYPE/ID as -o name prints it')
    .argument('[id]', 'id of the resource')
    .option('--namespace <namespace>', 'namespace of the resource (default: that of the type)')
    .option('--for <condition>', 'exists, delete, phase=PHASE or jsonpath=EXPR=VALUE', 'exists')
    .addOption(new Option('--timeout <duration>', 'how long to wait').argParser(durationOption).default(30_000, '30s'))
    .addHelpText('after', EXAMPLES)
    .action(async (type: string, id: string | undefined, options: WaitOptions) => {
      const { waitFor } = await import('../nodes/wait-for.ts');
      await waitFor(io, type, id, options);
    });
};
