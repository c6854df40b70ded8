import type { Command } from 'commander';
import type { CommandIo } from '../io.ts';
import {
  DEFAULT_OS_NAME,
  DEFAULT_OS_VERSION,
  DEFAULT_TTL,
  countOption,
  durationOption,
  namesOption,
  ttlOption,
} from './options.ts';

/** `cosi up`: a local cluster in one process. */
export function registerUp(program: Command, io: CommandIo): void {
  program
    .command('up')
    .summary('run a local cluster: a discovery service and nodes that find each other')
    .description(
      'Starts a discovery service on a loopback port and five nodes, each with a directory, a state, controllers ' +
        'and an API socket of its own. They find each other through the service. It runs until it is interrupted.',
    )
    .option('--nodes <n>', 'how many nodes (default: those that the directory has, else 5)', countOption)
    .option('--workers <n>', 'how many of them are workers (default: likewise, else 2)', countOption)
    .option('--state <dir>', "the cluster's directory (default: $COSI_STATE, else .cosi)")
    .option('--reset', 'wipe identities and caches; with fewer nodes than there are, remove the surplus')
    .option('--once', 'print members and affiliates once all nodes see each other, then exit')
    .option('--timeout <duration>', 'with --once: how long to wait', durationOption, 30_000)
    .option('--ttl <duration>', 'how long what a node publishes stays valid', ttlOption, DEFAULT_TTL)
    .option('--os-name <name>', 'operating system of the nodes', DEFAULT_OS_NAME)
    .option('--os-version <tag>', 'its version', DEFAULT_OS_VERSION)
    .option(
      '--tls',
      'serve the API on a loopback port, too, and write talosconfig and talosconfig.reader for its clients',
    )
    .option('--reader-group <group>', 'let a group read what is not sensitive, through sockets in DIR-reader')
    .option('--open-namespace <ns>', 'let admins write to a namespace through the API (repeatable)', namesOption)
    .option('--metrics-addr <host:port>', 'where Prometheus finds metrics of the controllers, by node')
    .addHelpText('after', EXAMPLES)
    .action(async (options: UpOptions) => {
      const { up } = await import('../cluster/up.ts');
      await up(io, options);
    });
}

/** What the command line gives. */
export interface UpOptions {
  readonly nodes?: number;
  readonly workers?: number;
  readonly state?: string;
  readonly reset?: boolean;
  readonly once?: boolean;
  readonly timeout: number;
  readonly ttl: number;
  readonly osName: string;
  readonly osVersion: string;
  readonly tls?: boolean;
  readonly readerGroup?: string;
  readonly openNamespace?: ReadonlySet<string>;
  readonly metricsAddr?: string;
}

const EXAMPLES = `
Examples:
  cosi up                                five nodes in .cosi
  cosi up --nodes 10 --workers 7         more of them
  cosi up --once                         until they have found each other
  cosi get members                       in another terminal: what they see`;
