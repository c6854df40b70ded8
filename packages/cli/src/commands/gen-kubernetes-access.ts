import type { Command } from 'commander';
import type { CommandIo } from '../io.ts';

/** `cosi gen kubernetes-access`: what the Kubernetes registry needs of a cluster that it has not by itself. */
export function registerGenKubernetesAccess(gen: Command, io: CommandIo): void {
  gen
    .command('kubernetes-access')
    .summary('print what lets nodes read each other in Kubernetes')
    .description(
      'Prints a ClusterRole and its binding, for an administrator of a Kubernetes cluster to apply. Since Kubernetes 1.32 ' +
        "the credentials of a node do not let it read other Nodes, which the Kubernetes registry has to; a node's own Node " +
        'they let it write anyway.',
    )
    .addHelpText('after', EXAMPLES)
    .action(async () => {
      const { KUBERNETES_ACCESS } = await import('../gen/kubernetes-access.ts');
      io.out.write(KUBERNETES_ACCESS);
    });
}

const EXAMPLES = `
Examples:
  cosi gen kubernetes-access | kubectl apply -f -`;
