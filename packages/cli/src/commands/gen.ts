import { Option, type Command } from 'commander';
import type { CommandIo } from '../io.ts';
import { registerGenConfig } from './gen-config.ts';
import { registerGenKubernetesAccess } from './gen-kubernetes-access.ts';
import { registerGenSecrets } from './gen-secrets.ts';
import { durationOption, namesOption } from './options.ts';

/** What the command line gives to `cosi gen certs`. */
export interface GenCertsOptions {
  readonly withSecrets?: string;
  readonly outputDir: string;
  readonly name?: ReadonlySet<string>;
  /** Milliseconds. */
  readonly lifetime: number;
  readonly force?: boolean;
}

/** `cosi gen`: files that a cluster is made with. */
export function registerGen(program: Command, io: CommandIo): void {
  const gen = program.command('gen').summary('make the files of a cluster');
  registerGenSecrets(gen, io);
  registerGenConfig(gen, io);
  registerGenKubernetesAccess(gen, io);
  gen
    .command('certs')
    .summary('make certificates for servers of the API and their clients')
    .description(
      'Makes a certificate for a server, and one for each role of its clients, in PEM, with their keys: server.crt, and ' +
        'admin.crt, operator.crt and reader.crt. They are signed by the authority of a secrets bundle, or by a new one.',
    )
    .option(
      '--with-secrets <file>',
      'secrets bundle with the authority (certs.os); without, ca.crt and ca.key are made',
    )
    .option('-o, --output-dir <dir>', 'where the files go', '.')
    .option(
      '--name <name>',
      'what the server is reached as, an address or DNS name (repeatable; default: 127.0.0.1, ::1, localhost)',
      namesOption,
    )
    .addOption(
      new Option('--lifetime <duration>', 'how long they are valid')
        .argParser(durationOption)
        .default(365 * 24 * 60 * 60_000, '8760h'),
    )
    .option('--force', 'replace files that are there')
    .addHelpText('after', EXAMPLES)
    .action(async (options: GenCertsOptions) => {
      const { genCerts } = await import('../gen/certs.ts');
      await genCerts(io, options);
    });
}

const EXAMPLES = `
Examples:
  cosi gen certs -o tls                                        a new authority, and all for a server on this machine
  cosi gen certs -o tls --with-secrets secrets.yaml --name 10.5.0.2`;
