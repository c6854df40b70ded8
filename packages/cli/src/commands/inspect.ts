import { Option } from 'commander';
import type { InspectOptions } from '../nodes/inspect-dependencies.ts';
import { addNodeOptions } from '../nodes/node-options.ts';
import type { RegisterCommand } from './index.ts';

const EXAMPLES = `
Controllers are boxes; an arrow into one is what it reads, dotted if it does not hold it; a bold arrow out of one is what
nobody else may write.

Examples:
  cosi inspect dependencies -n talos-default-worker-1 --format tree
  cosi inspect dependencies -n talos-default-worker-1 | dot -Tsvg > controllers.svg
  cosi inspect dependencies --with-resources -n 172.20.0.2      with what there is of each type`;

/** `cosi inspect`: how a node works inside. */
export const registerInspect: RegisterCommand = (program, io) => {
  const inspect = program.command('inspect').summary('look into a node');
  addNodeOptions(inspect.command('dependencies'))
    .summary('print which controllers read and write what')
    .description("Print the graph of a node's controllers and of what they read and write.")
    .option('--with-resources', 'show the resources themselves')
    .addOption(new Option('--format <format>', 'how it is printed').choices(['dot', 'mermaid', 'tree']).default('dot'))
    .addHelpText('after', EXAMPLES)
    .action(async (options: InspectOptions) => {
      const { inspectDependencies } = await import('../nodes/inspect-dependencies.ts');
      await inspectDependencies(io, options);
    });
};
