import type { AffiliateSpec } from '@cosi-ts/resources';

/**
 * What several registries say about one node, as one affiliate. To the first one's lists is appended what later ones
 * add to them; scalars of a later one win where it has them, but for the operating system, which stays the first
 * one's.
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

/** What the first list lacks is appended to it; the same list if that is nothing. */
function union<T>(base: readonly T[], added: readonly T[]): readonly T[] {
  const missing = new Set(added.filter((item) => !base.includes(item)));
  return missing.size === 0 ? base : [...base, ...missing];
}
