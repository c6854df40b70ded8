import { InvalidArgumentError, Option, type Command } from 'commander';
import type { CommandIo } from '../io.ts';
import type { LogLevel } from '../log/text-logger.ts';
import { goBoolean, goCount, goDuration, goNumber } from './go-flags.ts';

/** What the command line gives; times in milliseconds. */
export interface DiscoveryServeOptions {
  readonly addr: string;
  readonly landingAddr: string;
  readonly metricsAddr: string;
  readonly certificatePath: string;
  readonly keyPath: string;
  readonly gcInterval: number;
  readonly redirectEndpoint: string;
  readonly redirectCluster: ReadonlyMap<string, string>;
  readonly snapshotsEnabled: boolean;
  readonly snapshotPath: string;
  readonly snapshotInterval: number;
  readonly trustXRealIp: boolean;
  readonly trustFirstXForwardedFor: boolean;
  readonly rateLimit: number;
  readonly rateBurst: number;
  readonly maxClusters: number;
  readonly maxWatchers: number;
  readonly stuckWatcherTimeout: number;
  readonly logLevel: LogLevel;
  readonly debug?: boolean;
}

/** `cosi discovery serve`: the discovery service alone. */
export function registerDiscoveryServe(program: Command, io: CommandIo): void {
  const discovery = program.command('discovery').summary('the service that nodes of a cluster find each other at');
  const serve = discovery
    .command('serve')
    .summary('run the discovery service')
    .description(
      'Runs the service that nodes of a cluster find each other at, until it is terminated. Nodes seal what they tell ' +
        'it, and it never has a key. An empty address switches a listener off.',
    )
    .addHelpText('after', EXAMPLES)
    .action(async (options: DiscoveryServeOptions) => {
      const { serveDiscovery } = await import('../discovery/serve.ts');
      await serveDiscovery(io, options);
    });
  for (const option of OPTIONS) serve.addOption(option);
}

const EXAMPLES = `
Examples:
  cosi discovery serve --addr 127.0.0.1:3000 --snapshots-enabled=false --landing-addr= --metrics-addr=
  cosi discovery serve --certificate-path server.crt --key-path server.key --snapshot-path state.binpb`;

const OPTIONS: readonly Option[] = [
  text('--addr <host:port>', 'where nodes reach it', ':3000'),
  text('--landing-addr <host:port>', 'where there are only its pages', ':3001'),
  text('--metrics-addr <host:port>', 'where Prometheus finds metrics', ':2122'),
  text('--certificate-path <file>', 'certificate in PEM, for TLS; read again when it changes', ''),
  text('--key-path <file>', 'its key', ''),
  parsed('--gc-interval <duration>', 'how often what expired is removed', goDuration, 60_000, '1m'),
  text('--redirect-endpoint <host:port>', 'another service that all clients are sent to', ''),
  parsed(
    '--redirect-cluster <id=host:port>',
    'the same for one cluster; may be repeated',
    redirects,
    new Map(),
    'none',
  ),
  boolean('--snapshots-enabled', 'keep the state over a restart', true),
  text('--snapshot-path <file>', 'where it is kept', '/var/discovery-service/state.binpb'),
  parsed('--snapshot-interval <duration>', 'how often it is saved', goDuration, 600_000, '10m'),
  boolean('--trust-x-real-ip', "believe this header about callers' addresses", false),
  boolean('--trust-first-x-forwarded-for', 'believe the first entry of this header', false),
  parsed('--rate-limit <calls>', 'calls a second from one address, 0 for no limit', goNumber, 15),
  parsed('--rate-burst <calls>', 'calls at once from one address', goCount, 60),
  parsed('--max-clusters <count>', 'clusters to have room for', goCount, 100_000),
  parsed('--max-watchers <count>', 'watches to have room for', goCount, 50_000),
  parsed('--stuck-watcher-timeout <duration>', 'when a watch that takes nothing is ended', goDuration, 30_000, '30s'),
  new Option('--log-level <level>', 'what is written to standard error')
    .choices(['debug', 'info', 'warn', 'error'])
    .default('info'),
  new Option('--debug', 'the same as --log-level=debug, as is MODE=dev in the environment'),
];

function text(flags: string, description: string, value: string): Option {
  return new Option(flags, description).default(value, value === '' ? 'none' : value);
}

function parsed<T>(
  flags: string,
  description: string,
  parse: (text: string, previous: T) => T,
  value: T,
  shown?: string,
) {
  return new Option(flags, description).argParser(parse).default(value, shown);
}

/** As in Go: `--name` alone is `--name=true`. */
function boolean(flag: string, description: string, value: boolean): Option {
  return new Option(`${flag} [boolean]`, description).argParser(goBoolean).default(value);
}

function redirects(text: string, previous: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  // A cluster's id is base64 as a rule and may end in `=`; an endpoint has none.
  const at = text.lastIndexOf('=');
  if (at <= 0 || at === text.length - 1)
    throw new InvalidArgumentError('Give a cluster and an endpoint: ID=HOST:PORT.');
  return new Map(previous).set(text.slice(0, at), text.slice(at + 1));
}
