import { Option, type Command } from 'commander';
import type { CommandIo } from '../io.ts';
import { TLS_OPTIONS, type TlsOptions } from '../tls/tls-options.ts';
import { DEFAULT_OS_NAME, DEFAULT_OS_VERSION, DEFAULT_TTL, namesOption, ttlOption } from './options.ts';

/** `cosi run`: one node in the foreground. */
export function registerRun(program: Command, io: CommandIo): void {
  const command = program
    .command('run')
    .summary('run one node in the foreground')
    .description(
      'Runs one node on its directory: identity files, lock and API socket lie there. When it is terminated it keeps ' +
        'what it published, as for a reboot; with --leave it deletes it, as for a reset. Host name, addresses and hardware ' +
        'address are those of the machine where the configuration does not set them.',
    )
    .requiredOption('--config <file>', "the node's machine configuration")
    .requiredOption('--state <dir>', "the node's directory")
    .option('--leave', 'when terminated, delete what was published')
    .option('--ttl <duration>', 'how long what the node publishes stays valid', ttlOption, DEFAULT_TTL)
    .option('--kubeconfig <file>', 'how the Kubernetes registry reaches its cluster, if the configuration has it on')
    .option('--pod-cidr <network>', "network that the node's pods have addresses of (repeatable)", namesOption)
    .option('--os-name <name>', 'operating system of the node', DEFAULT_OS_NAME)
    .option('--os-version <tag>', 'its version', DEFAULT_OS_VERSION)
    .option('--listen <host:port>', 'serve the API on a port, too; needs all three of the following')
    .option('--reader-group <group>', 'let a group read what is not sensitive, through sockets in DIR-reader')
    .option('--open-namespace <ns>', 'let admins write to a namespace through the API (repeatable)', namesOption)
    .addOption(
      new Option('--kubespan-device <kind>', "KubeSpan's WireGuard device, if the configuration enables KubeSpan")
        .choices(['auto', 'kernel', 'userspace', 'none'])
        .default('auto'),
    )
    .option('--metrics-addr <host:port>', 'where Prometheus finds metrics of the controllers')
    .option(
      '--watchdog',
      'tell on standard error, from a thread of its own, what stops the whole process for ten seconds',
    )
    .addHelpText('after', EXAMPLES)
    .action(async (options: RunOptions) => {
      const { run } = await import('../nodes/run.ts');
      await run(io, options);
    });
  for (const option of TLS_OPTIONS) command.addOption(option);
}

/** What the command line gives. */
export interface RunOptions extends TlsOptions {
  readonly listen?: string;
  readonly config: string;
  readonly state: string;
  readonly leave?: boolean;
  readonly ttl: number;
  readonly kubeconfig?: string;
  readonly podCidr?: ReadonlySet<string>;
  readonly osName: string;
  readonly osVersion: string;
  readonly readerGroup?: string;
  readonly openNamespace?: ReadonlySet<string>;
  readonly metricsAddr?: string;
  readonly watchdog?: boolean;
  readonly kubespanDevice: 'auto' | 'kernel' | 'userspace' | 'none';
}

const EXAMPLES = `
Examples:
  cosi run --config .cosi/talos-default-worker-1/config.yaml --state .cosi/talos-default-worker-1
  cosi run --config config.yaml --state state --kubeconfig /var/lib/kubelet/kubeconfig`;
