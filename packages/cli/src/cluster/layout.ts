import { formatHardwareAddress, hardwareAddressFromName } from '@cosi-ts/controllers';

/** What a node of a local cluster is called, is for, and what addresses it claims to have. */
export interface NodePlan {
  readonly name: string;
  readonly type: 'controlplane' | 'worker';
  /** IPv4, in 172.20.0.0/16. */
  readonly address: string;
  readonly hardwareAddress: string;
}

/** How many nodes, and how many of them are workers. */
export interface ClusterSize {
  readonly nodes: number;
  readonly workers: number;
}

export const CLUSTER_NAME = 'talos-default';

export const DEFAULT_SIZE: ClusterSize = { nodes: 5, workers: 2 };

/** 172.20.0.0/16 without network, gateway and broadcast. */
export const MAX_NODES = 65_533;

/** The nodes of the documentation's cluster, whose tables ours are compared with. */
const DOCUMENTED: ReadonlyMap<string, readonly [address: string, hardwareAddress: string]> = new Map([
  ['talos-default-controlplane-1', ['172.20.0.2', '8e:13:71:af:7c:94']],
  ['talos-default-controlplane-2', ['172.20.0.3', '9a:6b:7e:c5:88:9d']],
  ['talos-default-controlplane-3', ['172.20.0.4', '26:8f:1f:5c:0c:3f']],
  ['talos-default-worker-1', ['172.20.0.5', 'ce:80:3d:ce:d8:9d']],
  ['talos-default-worker-2', ['172.20.0.6', '2a:05:fb:80:5e:d2']],
]);

const FIRST_FREE = 7;

/** The names of a cluster's nodes, control plane first. */
export function nodeNames({ nodes, workers }: ClusterSize): readonly string[] {
  const names = (role: string, count: number): string[] =>
    Array.from({ length: count }, (_, index) => `talos-default-${role}-${index + 1}`);
  return [...names('controlplane', nodes - workers), ...names('worker', workers)];
}

export function typeOfName(name: string): NodePlan['type'] {
  return name.includes('-worker-') ? 'worker' : 'controlplane';
}

/** Orders node names as people count: control plane first, then by number. */
export function compareNodeNames(a: string, b: string): number {
  const byType = typeOfName(a) === typeOfName(b) ? 0 : typeOfName(a) === 'controlplane' ? -1 : 1;
  return byType || numberOf(a) - numberOf(b) || (a < b ? -1 : Number(a > b));
}

/**
 * Plans nodes that are not there yet.
 * @param taken addresses of those that are.
 */
export function planNodes(names: readonly string[], taken: ReadonlySet<string>): readonly NodePlan[] {
  const used = new Set(taken);
  let next = FIRST_FREE;
  return names.map((name) => {
    const [address, hardwareAddress] = DOCUMENTED.get(name) ?? [];
    if (address !== undefined && hardwareAddress !== undefined && !used.has(address)) {
      used.add(address);
      return { name, type: typeOfName(name), address, hardwareAddress };
    }
    while (used.has(addressAt(next))) next += 1;
    used.add(addressAt(next));
    return {
      name,
      type: typeOfName(name),
      address: addressAt(next),
      hardwareAddress: formatHardwareAddress(hardwareAddressFromName(name)),
    };
  });
}

function addressAt(offset: number): string {
  return `172.20.${offset >> 8}.${offset & 255}`;
}

function numberOf(name: string): number {
  return Number(/-(\d+)$/.exec(name)?.[1] ?? 0);
}
