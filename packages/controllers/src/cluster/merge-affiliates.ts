import type { AffiliateSpec } from '@cosi-ts/resources';

/**
 * What several registries say about one node, as one affiliate. Lists are joined without duplicates, the first
 * affiliate's items first; scalars of a later one win where it has them, but for the operating system, which
 * stays the first one's.
 *
 * @param affiliates at least one, in the order of their ids: `k8s/…` before `service/…`.
 */
export function mergeAffiliates(affiliates: readonly AffiliateSpec[]): AffiliateSpec | undefined {
  const [first, ...others] = affiliates;
  return first === undefined ? undefined : others.reduce(mergeTwo, first);
}

function mergeTwo(base: AffiliateSpec, other: AffiliateSpec): AffiliateSpec {
  return {
    ...base,
    addresses: union(base.addresses, other.addresses),
    hostname: other.hostname === '' ? base.hostname : other.hostname,
    nodename: other.nodename === '' ? base.nodename : other.nodename,
    machineType: other.machineType === 'unknown' ? base.machineType : other.machineType,
    kubespan: {
      publicKey: other.kubespan.publicKey === '' ? base.kubespan.publicKey : other.kubespan.publicKey,
      address: other.kubespan.address === '' ? base.kubespan.address : other.kubespan.address,
      additionalAddresses: union(base.kubespan.additionalAddresses, other.kubespan.additionalAddresses),
      endpoints: union(base.kubespan.endpoints, other.kubespan.endpoints),
      excludeAdvertisedNetworks: union(
        base.kubespan.excludeAdvertisedNetworks,
        other.kubespan.excludeAdvertisedNetworks,
      ),
    },
    controlPlane: other.controlPlane ?? base.controlPlane,
  };
}

function union<T>(base: readonly T[], added: readonly T[]): readonly T[] {
  return added.every((item) => base.includes(item)) ? base : [...new Set([...base, ...added])];
}
