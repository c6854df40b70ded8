import { addNodeOptions } from '../nodes/node-options.ts';
import type { TraceOptions } from '../nodes/trace-resource.ts';
import type { RegisterCommand } from './index.ts';

const EXAMPLES = `
The first line is the resource's last change; indented below are the changes that led to it, each followed by its own.
A node remembers who changed what and why since it started; of changes that came from outside it knows no more.

Examples:
  cosi trace members talos-default-worker-1                            why each node has this member as it is
  cosi trace members talos-default-worker-1 -n talos-default-worker-2  why one of them has
  cosi trace affiliates/ID --namespace=cluster-raw                     a resource in another namespace than its type's`;

/** `cosi trace`: why a resource is what it is. */
export const registerTrace: RegisterCommand = (program, io) => {
  addNodeOptions(program.command('trace'))
    .summary('print the chain of changes that led to a resource')
    .description('Print the chain of changes that led to a resource being what it is.')
    .argument('<type>', 'type of the resource, or TYPE/ID as -o name prints it')
    .argument('[id]', 'id of the resource')
    .option('--namespace <namespace>', 'namespace of the resource (default: that of the type)')
    .addHelpText('after', EXAMPLES)
    .action(async (type: string, id: string | undefined, options: TraceOptions) => {
      const { traceResource } = await import('../nodes/trace-resource.ts');
      await traceResource(io, type, id, options);
    });
};
