import type { AffiliateSpec, Labels } from '@cosi-ts/resources';

/** What a node says of itself on its Node, by what the annotation is called. All of it is text; lists have commas. */
export const ANNOTATIONS = {
  nodeId: 'cluster.talos.dev/node-id',
  addresses: 'networking.talos.dev/self-ips',
  apiServerPort: 'networking.talos.dev/api-server-port',
  kubespanAddress: 'networking.talos.dev/kubespan-ip',
  publicKey: 'networking.talos.dev/kubespan-public-key',
  additionalAddresses: 'networking.talos.dev/assigned-prefixes',
  endpoints: 'networking.talos.dev/kubespan-endpoints',
  excludedNetworks: 'networking.talos.dev/kubespan-exclude-advertised-networks',
} as const;

export type AnnotationChanges = Readonly<Record<string, string | null>>;

/** The annotations of an affiliate, all of them: an empty one shall not be there. */
export function annotationsOf({ nodeId, addresses, kubespan, controlPlane }: AffiliateSpec): Record<string, string> {
  return {
    [ANNOTATIONS.nodeId]: nodeId,
    [ANNOTATIONS.addresses]: addresses.join(','),
    [ANNOTATIONS.apiServerPort]: controlPlane === undefined ? '' : String(controlPlane.port),
    [ANNOTATIONS.kubespanAddress]: kubespan.address,
    [ANNOTATIONS.publicKey]: kubespan.publicKey,
    [ANNOTATIONS.additionalAddresses]: kubespan.additionalAddresses.join(','),
    [ANNOTATIONS.endpoints]: kubespan.endpoints.join(','),
    [ANNOTATIONS.excludedNetworks]: kubespan.excludeAdvertisedNetworks.join(','),
  };
}

/** What has to be written to a Node so that it says what it shall; undefined if it does. */
export function missingFrom(present: Labels, wanted: Readonly<Record<string, string>>): AnnotationChanges | undefined {
  const changes = Object.entries(wanted)
    .filter(([key, value]) => (present.get(key) ?? '') !== value || (value === '' && present.has(key)))
    .map(([key, value]) => [key, value === '' ? null : value] as const);
  return changes.length === 0 ? undefined : Object.fromEntries(changes);
}

/** What takes back all that a node ever says. */
export const NOTHING_SAID: AnnotationChanges = Object.fromEntries(
  Object.values(ANNOTATIONS).map((name) => [name, null]),
);
