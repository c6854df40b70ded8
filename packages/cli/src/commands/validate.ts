import type { Command } from 'commander';
import type { CommandIo } from '../io.ts';

/** `cosi validate`: whether a machine configuration can be used. */
export function registerValidate(program: Command, io: CommandIo): void {
  program
    .command('validate')
    .summary('check a machine configuration')
    .description('Checks a machine configuration and tells all that is wrong with it at once, with line and column.')
    .requiredOption('--config <file>', 'the machine configuration')
    .addHelpText('after', EXAMPLES)
    .action(async ({ config }: { readonly config: string }) => {
      const { validate } = await import('../config/validate.ts');
      await validate(io, config);
    });
}

const EXAMPLES = `
Examples:
  cosi validate --config controlplane.yaml
  cosi validate --config .cosi/talos-default-worker-1/config.yaml

Exit codes: 0 if it can be used, also with warnings; 1 if not.`;
