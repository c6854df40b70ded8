import { compareParts } from './address-parts.ts';
import { compareIpPrefixes, ipPrefixAddress, partsContain, prefixParts, type IpPrefix } from './ip-prefix.ts';
import type { IpAddress } from './ip-address.ts';

/**
 * How a node orders its addresses. `v1` goes by address, then by prefix length. `v2` puts the more specific prefix first
 * where one lies in the other, and goes by address elsewhere. Both put IPv4 before IPv6.
 */
export type AddressSortAlgorithm = 'v1' | 'v2';

/**
 * The prefixes in the order of the algorithm, each once. The order given does not matter, not even where `v2` contradicts
 * itself (nested prefixes of which the longer has the lower address can form a cycle).
 */
export function sortNodeAddresses(prefixes: readonly IpPrefix[], algorithm: AddressSortAlgorithm): readonly IpPrefix[] {
  const sorted = [...new Set(prefixes)].sort(compareIpPrefixes);
  return algorithm === 'v1' ? sorted : sorted.sort(compareSpecificity);
}

/** The addresses of prefixes, in their order, each once. */
export function nodeIpAddresses(prefixes: readonly IpPrefix[]): readonly IpAddress[] {
  return [...new Set(prefixes.map(ipPrefixAddress))];
}

function compareSpecificity(a: IpPrefix, b: IpPrefix): number {
  const [x, y] = [prefixParts(a), prefixParts(b)];
  const byAddress = compareParts(x, y);
  if (byAddress === 0) return y.bits - x.bits;
  const outer = partsContain(x, y);
  return outer === partsContain(y, x) ? byAddress : outer ? 1 : -1;
}
