import type { DiscoveredAffiliate } from '@cosi-ts/discovery';
import type { AffiliateSpec } from '@cosi-ts/resources';
import { mergeAffiliates } from '../../cluster/merge-affiliates.ts';
import { affiliateFromMessage } from './affiliate-message.ts';

/**
 * What several services tell of one node, as one affiliate: lists are joined, in the order of the services; of
 * single values all come from the service that was told of a change last. What a service told before a restart, and
 * did not yet confirm, counts as older than all.
 */
export function mergeServices(known: readonly DiscoveredAffiliate[]): AffiliateSpec | undefined {
  const specs = known.map(({ data, endpoints }) => affiliateFromMessage(data, endpoints));
  const all = mergeAffiliates(specs);
  const newest = specs[indexOfNewest(known)];
  if (all === undefined || newest === undefined || specs.length === 1) return newest;
  const { additionalAddresses, endpoints, excludeAdvertisedNetworks } = all.kubespan;
  const hasKubespan = newest.kubespan.publicKey !== '';
  return {
    ...newest,
    addresses: all.addresses,
    kubespan: hasKubespan
      ? { ...newest.kubespan, additionalAddresses, endpoints, excludeAdvertisedNetworks }
      : newest.kubespan,
  };
}

function indexOfNewest(known: readonly DiscoveredAffiliate[]): number {
  let newest = 0;
  for (const [index, affiliate] of known.entries()) {
    if (isNewer(affiliate, known[newest] ?? affiliate)) newest = index;
  }
  return newest;
}

function isNewer(a: DiscoveredAffiliate, b: DiscoveredAffiliate): boolean {
  return a.unconfirmed === b.unconfirmed ? a.dataSince > b.dataSince : b.unconfirmed;
}
