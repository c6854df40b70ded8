import { HostnameStatus, NodeAddress, Nodename, ipPrefixAddress, parseIpAddress } from '@cosi-ts/resources';
import { collection } from '@cosi-ts/runtime';
import type { ClusterNode } from './cluster.ts';

/** The node that goes by a name: that of its directory, one of its addresses, its hostname or its name in Kubernetes. */
export async function namedNode(nodes: readonly ClusterNode[], name: string): Promise<ClusterNode | undefined> {
  const address = parseIpAddress(name);
  const known = nodes.find((node) => node.name === name || (address !== undefined && node.address === address));
  if (known !== undefined) return known;
  // What it was configured with may have changed since, and it may have more.
  const answers = await Promise.all(nodes.map((node) => namesOf(node)));
  return nodes[answers.findIndex((names) => names.has(address ?? name))];
}

async function namesOf({ node: { state } }: ClusterNode): Promise<ReadonlySet<string>> {
  const [addresses, hostnames, nodenames] = await Promise.all([
    collection(state, NodeAddress).list(),
    collection(state, HostnameStatus).list(),
    collection(state, Nodename).list(),
  ]);
  return new Set([
    ...addresses.flatMap(({ spec }) => spec.addresses.map(ipPrefixAddress)),
    ...hostnames.map(({ spec }) => spec.hostname),
    ...nodenames.map(({ spec }) => spec.nodename),
  ]);
}
