import { parseIpAddress, parseIpPort, parseIpPrefix, type AffiliateSpec, type IpAddress } from '@cosi-ts/resources';
import { ANNOTATIONS } from './annotations.ts';
import type { KubernetesNode } from './kubernetes-node.ts';

const CONTROL_PLANE_LABEL = 'node-role.kubernetes.io/control-plane';

/** Which affiliate a Node speaks of; undefined if it speaks of none. */
export function nodeIdOf({ annotations }: KubernetesNode): string | undefined {
  return annotations.get(ANNOTATIONS.nodeId) || undefined;
}

/** What a Node says of its affiliate, which is `nodeId`. Items of lists that are none are left out. */
export function affiliateFromNode(node: KubernetesNode, nodeId: string): AffiliateSpec {
  const annotation = (name: string): string => node.annotations.get(name) ?? '';
  return {
    nodeId,
    addresses: listOf(annotation(ANNOTATIONS.addresses), parseIpAddress),
    hostname: node.hostname,
    nodename: node.name,
    operatingSystem: node.osImage,
    machineType: node.labels.has(CONTROL_PLANE_LABEL) ? 'controlplane' : 'worker',
    kubespan: {
      publicKey: annotation(ANNOTATIONS.publicKey),
      address: parseIpAddress(annotation(ANNOTATIONS.kubespanAddress)) ?? ('' as IpAddress),
      additionalAddresses: listOf(annotation(ANNOTATIONS.additionalAddresses), parseIpPrefix),
      endpoints: listOf(annotation(ANNOTATIONS.endpoints), parseIpPort),
      excludeAdvertisedNetworks: listOf(annotation(ANNOTATIONS.excludedNetworks), parseIpPrefix),
    },
    controlPlane: controlPlaneOf(annotation(ANNOTATIONS.apiServerPort)),
  };
}

function listOf<T extends string>(annotation: string, parse: (item: string) => T | undefined): readonly T[] {
  return annotation.split(',').flatMap((item) => parse(item) || []);
}

function controlPlaneOf(annotation: string): AffiliateSpec['controlPlane'] {
  const port = /^\d+$/.test(annotation) ? Number(annotation) : Number.NaN;
  return Number.isSafeInteger(port) ? { port } : undefined;
}
