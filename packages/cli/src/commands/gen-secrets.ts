import type { Command } from 'commander';
import type { CommandIo } from '../io.ts';

/** What the command line gives to `cosi gen secrets`. */
export interface GenSecretsOptions {
  readonly outputFile: string;
  readonly talosVersion: string;
  readonly fromControlplaneConfig?: string;
  readonly force?: boolean;
}

/** `cosi gen secrets`: what makes a cluster this cluster. */
export function registerGenSecrets(gen: Command, io: CommandIo): void {
  gen
    .command('secrets')
    .summary('make a secrets bundle')
    .description(
      'Makes the identity of a new cluster: its id and secret, which its nodes publish under and encrypt with, and the ' +
        'authority that signs the certificates of its API. Whoever has the file has the cluster.',
    )
    .option('-o, --output-file <file>', 'where it goes', 'secrets.yaml')
    .option('--talos-version <version>', 'whose form to write', 'v1.3')
    .option(
      '--from-controlplane-config <file>',
      'take all of it from the configuration of a control plane node, in place of new secrets',
    )
    .option('--force', 'replace a file that is there')
    .addHelpText('after', EXAMPLES)
    .action(async (options: GenSecretsOptions) => {
      const { genSecrets } = await import('../gen/secrets.ts');
      await genSecrets(io, options);
    });
}

const EXAMPLES = `
Examples:
  cosi gen secrets                                       secrets.yaml, for nobody else to read
  cosi gen secrets -o prod/secrets.yaml --force          in place of what is there
  cosi gen secrets --talos-version v1.14
  cosi gen secrets --from-controlplane-config controlplane.yaml     the bundle again, where it was not kept`;
