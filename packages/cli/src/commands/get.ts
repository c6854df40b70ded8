import type { GetOptions } from '../nodes/get-resources.ts';
import { addNodeOptions } from '../nodes/node-options.ts';
import type { RegisterCommand } from './index.ts';

const EXAMPLES = `
A type goes by its name, its aliases ("cosi get rd" lists them) and its full name, in any case. All nodes that run in
the directory are asked, whoever started them.

Examples:
  cosi get members                               the members, as each node sees them
  cosi get members -n talos-default-worker-1     as one node sees them, by its name, hostname or address
  cosi get affiliates --namespace=cluster-raw    what each registry told
  cosi get members talos-default-worker-1        one resource
  cosi get identities -o yaml                    everything about them
  cosi get members -o jsonpath='{.spec.addresses[0]}'
  cosi get members -l role=worker --id '^w'      those with such labels and ids
  cosi get members -w                            and what changes, until Ctrl-C

Exit codes: 0; 1 for an error; 2 for a mistake on the command line.`;

/** `cosi get`: prints and watches resources. */
export const registerGet: RegisterCommand = (program, io) => {
  addNodeOptions(program.command('get'))
    .alias('g')
    .summary('print resources of running nodes, or watch them')
    .description('Print resources of running nodes, or watch them.')
    .argument('<type>', 'type of the resources, or TYPE/ID as -o name prints it')
    .argument('[id]', 'id of one resource; all without it')
    .option('--namespace <namespace>', 'namespace of the resources (default: that of the type)')
    .option(
      '-l, --selector <selector>',
      'only those with such labels: key=value, key in (a,b), key<5, … (repeatable)',
      several,
    )
    .option('--id <regexp>', 'only those whose ids match')
    .option('-o, --output <format>', 'table, wide, yaml, json, jsonpath=EXPR or name', 'table')
    .option('-w, --watch', 'go on printing what changes')
    .addHelpText('after', EXAMPLES)
    .action(async (type: string, id: string | undefined, options: GetOptions) => {
      const { getResources } = await import('../nodes/get-resources.ts');
      await getResources(io, type, id, options);
    });
};

function several(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
