import type { Command } from 'commander';
import type { CommandIo } from '../io.ts';
import { TLS_OPTIONS, type TlsOptions } from '../tls/tls-options.ts';

/** What the command line gives. */
export interface StateServeOptions extends TlsOptions {
  readonly listen: string;
}

/** `cosi state serve`: a state alone, for runtimes elsewhere. */
export function registerStateServe(program: Command, io: CommandIo): void {
  const serve = program
    .command('state')
    .summary('a state server, for runtimes elsewhere')
    .command('serve')
    .summary('serve an empty state')
    .description(
      'Serves an empty state until it is terminated. Any runtime of COSI, in Go or TypeScript, can use it as its own: every ' +
        'namespace is open, and specs stay the bytes that were written. On a unix socket whoever can open it may do ' +
        'everything. On a port certificates say who may: os:admin everything, os:operator and os:reader read what is not ' +
        'sensitive. The files are read again when they change.',
    )
    .requiredOption('--listen <address>', 'unix:PATH or HOST:PORT; the latter needs all three of the following')
    .addHelpText('after', EXAMPLES)
    .action(async (options: StateServeOptions) => {
      const { serveState } = await import('../state/serve.ts');
      await serveState(io, options);
    });
  for (const option of TLS_OPTIONS) serve.addOption(option);
}

const EXAMPLES = `
Examples:
  cosi state serve --listen unix:state.sock
  cosi state serve --listen :50000 --tls-ca ca.crt --tls-cert server.crt --tls-key server.key`;
