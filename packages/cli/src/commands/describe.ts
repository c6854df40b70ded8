import type { DescribeOptions } from '../nodes/describe-resource.ts';
import { addNodeOptions } from '../nodes/node-options.ts';
import type { RegisterCommand } from './index.ts';

const EXAMPLES = `
Examples:
  cosi describe members talos-default-worker-1                            as each node has it, and why
  cosi describe members/talos-default-worker-1 -n talos-default-worker-2  as one of them has it`;

/** `cosi describe`: all about one resource. */
export const registerDescribe: RegisterCommand = (program, io) => {
  addNodeOptions(program.command('describe'))
    .summary('print all about one resource')
    .description('Print all about one resource: who it belongs to, what it says, and what led to it.')
    .argument('<type>', 'type of the resource, or TYPE/ID as -o name prints it')
    .argument('[id]', 'id of the resource')
    .option('--namespace <namespace>', 'namespace of the resource (default: that of the type)')
    .addHelpText('after', EXAMPLES)
    .action(async (type: string, id: string | undefined, options: DescribeOptions) => {
      const { describeResource } = await import('../nodes/describe-resource.ts');
      await describeResource(io, type, id, options);
    });
};
