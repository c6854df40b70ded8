import { Option, type Command } from 'commander';
import type { CommandIo } from '../io.ts';
import { goBoolean } from './go-flags.ts';
import { listOption } from './options.ts';

/** What the command line gives to `cosi gen config`. */
export interface GenConfigOptions {
  readonly withSecrets?: string;
  readonly output?: string;
  readonly outputTypes: string;
  readonly talosVersion: string;
  readonly endpoints?: readonly string[];
  readonly nodes?: readonly string[];
  readonly serviceEndpoint?: string;
  readonly withClusterDiscovery: boolean;
  readonly withKubespan: boolean;
  readonly force?: boolean;
}

/** `cosi gen config`: what the nodes of a cluster are configured with. */
export function registerGenConfig(gen: Command, io: CommandIo): void {
  gen
    .command('config')
    .summary('make machine configurations, and that of a client')
    .description(
      'Makes machine configurations for the control plane nodes and the workers of a cluster, in the form that a version ' +
        'of Talos writes, and a client configuration for its admin: talosconfig, which cosi and talosctl read. Nodes of ' +
        'one cluster share its identity, and its certificates one authority: give a secrets bundle to make more of them ' +
        'later. Without one, controlplane.yaml is all that holds the key of the authority: ' +
        '"cosi gen secrets --from-controlplane-config" makes a bundle of it.',
    )
    .argument('<cluster-name>', 'name of the cluster')
    .argument('[endpoint]', 'URL of its control plane, such as https://10.5.0.2:6443')
    .option('--with-secrets <file>', 'secrets bundle with the identity of the cluster; without, a new one is made')
    .option('-o, --output <path>', 'where the files go: a directory, or for one type a file, or - (default: .)')
    .option('-t, --output-types <types>', 'which to make: controlplane, worker, talosconfig', ALL_TYPES)
    .option(
      '-e, --endpoints <endpoints>',
      'where the talosconfig reaches the API (repeatable, comma separated)',
      listOption,
    )
    .option('-n, --nodes <nodes>', 'nodes that it asks if none are named (repeatable, comma separated)', listOption)
    .option('--talos-version <version>', 'whose form to write', 'v1.3')
    .option('--service-endpoint <url>', 'discovery service (default: the public one)')
    .addOption(booleanOption('--with-cluster-discovery', 'let the members of the cluster find each other', true))
    .addOption(booleanOption('--with-kubespan', 'span a WireGuard mesh between the nodes', false))
    .option('--force', 'replace files that are there')
    .addHelpText('after', EXAMPLES)
    .action(async (name: string, endpoint: string | undefined, options: GenConfigOptions) => {
      const { genConfig } = await import('../gen/config.ts');
      await genConfig(io, name, endpoint, options);
    });
}

const ALL_TYPES = 'controlplane,worker,talosconfig';

function booleanOption(flag: string, description: string, value: boolean): Option {
  return new Option(`${flag} [boolean]`, description).argParser(goBoolean).preset('true').default(value);
}

const EXAMPLES = `
Examples:
  cosi gen secrets
  cosi gen config my-cluster https://10.5.0.2:6443 --with-secrets secrets.yaml
  cosi gen config my-cluster --with-secrets secrets.yaml -t worker -o - --talos-version v1.14
  cosi gen config my-cluster --with-secrets secrets.yaml -t talosconfig -o ~/.talos/config -e 10.5.0.2 -n 10.5.0.2,10.5.0.3`;
