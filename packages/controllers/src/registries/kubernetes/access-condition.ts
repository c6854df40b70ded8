import { messageOf } from '@cosi-ts/core';
import type { RegistryState, RegistryStatusSpec } from '@cosi-ts/resources';
import { KubernetesError } from './api.ts';

/** How it goes with a cluster. */
export interface AccessCondition {
  readonly state: RegistryState;
  /** Empty as long as no kubeconfig could be read. */
  readonly server: string;
  readonly message: string;
}

export const CONNECTING = waiting('connecting');

/** The registry is on, and nobody said where it is. */
export const NO_KUBECONFIG = waiting(
  'the Kubernetes registry is on, and there is no kubeconfig: give one with `cosi run --kubeconfig FILE`, ' +
    'or set cluster.discovery.registries.kubernetes.disabled',
);

export function waiting(message: string): AccessCondition {
  return { state: 'waiting', server: '', message };
}

/** What an error says of a cluster, by what was tried. */
export function conditionOf(
  thrown: unknown,
  { verb, server }: { readonly verb: 'list' | 'watch' | 'patch'; readonly server: string },
): AccessCondition {
  const message = messageOf(thrown);
  const status = thrown instanceof KubernetesError ? thrown.status : undefined;
  if (status === 403) return { state: 'refused', server, message: `${missingRight(verb)}: ${message}` };
  if (status === 401) return { state: 'refused', server, message: `the credentials are not accepted: ${message}` };
  return { state: 'failing', server, message };
}

/** Of rights to read, our own command grants what is missing; to write to its own Node every node may. */
function missingRight(verb: 'list' | 'watch' | 'patch'): string {
  if (verb === 'patch') return 'these credentials may not patch this Node';
  return `these credentials may not ${verb} nodes; \`cosi gen kubernetes-access\` prints the ClusterRole that lets them`;
}

export function statusOf({ state, server, message }: AccessCondition, affiliates: number): RegistryStatusSpec {
  return { state, endpoint: server, affiliates, message };
}
