import { ipPrefixOf, parseIpPrefix, type IpPrefix } from '@cosi-ts/resources';
import type { DiscoveryIdentity } from '../machine-config.ts';
import type { Problems } from '../problem.ts';
import { secretFault } from '../secret.ts';
import type { Field, Section } from '../yaml/section.ts';
import { readLegacyDiscovery, type LegacyDiscovery } from './legacy-discovery.ts';

/** What the `cluster` section of a v1alpha1 document says. */
export interface ClusterSection {
  readonly name: string;
  readonly controlPlaneEndpoint: string;
  readonly localApiServerPort: number | undefined;
  readonly podSubnets: readonly IpPrefix[];
  readonly serviceSubnets: readonly IpPrefix[];
  readonly identity: DiscoveryIdentity | undefined;
  readonly discovery: LegacyDiscovery | undefined;
}

const DEFAULT_POD_SUBNETS = Object.freeze([ipPrefixOf('10.244.0.0/16')]);
const DEFAULT_SERVICE_SUBNETS = Object.freeze([ipPrefixOf('10.96.0.0/12')]);

/** Reads a `cluster` section. What is not read is added to `lenient`, to be named as ignored. */
export function readCluster(cluster: Section, lenient: Section[], problems: Problems): ClusterSection {
  const [network, controlPlane] = [cluster.section('network'), cluster.section('controlPlane')];
  lenient.push(...[cluster, network, controlPlane].filter((section) => section !== undefined));
  const [id, secret] = [cluster.text('id')?.value ?? '', readSecret(cluster.text('secret'), problems)];
  return {
    name: cluster.text('clusterName')?.value ?? '',
    controlPlaneEndpoint: controlPlane?.text('endpoint')?.value ?? '',
    localApiServerPort: controlPlane?.integer('localAPIServerPort', 65_535)?.value,
    podSubnets: readSubnets(network, 'podSubnets', problems) ?? DEFAULT_POD_SUBNETS,
    serviceSubnets: readSubnets(network, 'serviceSubnets', problems) ?? DEFAULT_SERVICE_SUBNETS,
    identity: id === '' && secret === '' ? undefined : Object.freeze({ clusterId: id, clusterSecret: secret }),
    discovery: readLegacyDiscovery(cluster, id, secret, problems),
  };
}

function readSecret(secret: Field<string> | undefined, problems: Problems): string {
  if (!secret || secret.value === '') return '';
  problems.hide(secret.value);
  const fault = secretFault(secret.value);
  if (fault !== undefined) problems.add(secret.at, `invalid .cluster.secret: ${fault}`);
  return secret.value;
}

function readSubnets(network: Section | undefined, key: string, problems: Problems): readonly IpPrefix[] | undefined {
  const subnets = network?.texts(key) ?? [];
  const read = subnets.flatMap(({ value, at }) => {
    const prefix = parseIpPrefix(value);
    if (prefix) return [prefix];
    problems.add(at, `cluster.network.${key} must be networks like 10.244.0.0/16, not ${JSON.stringify(value)}`);
    return [];
  });
  return read.length === 0 ? undefined : Object.freeze(read);
}
