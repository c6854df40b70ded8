import { addressParts, parseIpAddress, type IpAddress } from './ip-address.ts';
import { partsContain, prefixParts, singleIpPrefix, parseIpPrefix, type IpPrefix } from './ip-prefix.ts';

/**
 * Selects addresses by a list of rules, as `endpointFilters` of KubeSpan does. A rule is a prefix or an address, with `!`
 * before it to exclude. Rules are applied in their order, each to all addresses: one that includes appends what matches and
 * is not yet selected, one that excludes removes what matches from what the rules before it selected. So the result is in
 * the order of the rules, a leading exclusion does nothing, and no rules select nothing.
 *
 * @throws RangeError when a rule is neither a prefix nor an address.
 */
export function filterIpAddresses(addresses: readonly IpAddress[], rules: readonly string[]): readonly IpAddress[] {
  const candidates = addresses.map((address) => ({ address, parts: addressParts(address) }));
  const selected = new Set<IpAddress>();
  for (const rule of rules) {
    const excludes = rule.startsWith('!');
    const prefix = prefixParts(parseRule(excludes ? rule.slice(1) : rule));
    for (const { address, parts } of candidates) {
      if (!partsContain(prefix, parts)) continue;
      if (excludes) selected.delete(address);
      else selected.add(address);
    }
  }
  return [...selected];
}

/** What a node address filter keeps. */
export interface SubnetFilter {
  /** Keep only what is in one of these; an empty list keeps everything. */
  readonly includeSubnets: readonly IpPrefix[];
  /** Drop what is in one of these. */
  readonly excludeSubnets: readonly IpPrefix[];
}

/** The node addresses that a filter keeps, in their order. A prefix is judged by its address alone. */
export function filterNodeAddresses(prefixes: readonly IpPrefix[], filter: SubnetFilter): readonly IpPrefix[] {
  const include = filter.includeSubnets.map(prefixParts);
  const exclude = filter.excludeSubnets.map(prefixParts);
  return prefixes.filter((prefix) => {
    const parts = prefixParts(prefix);
    if (include.length > 0 && !include.some((subnet) => partsContain(subnet, parts))) return false;
    return !exclude.some((subnet) => partsContain(subnet, parts));
  });
}

function parseRule(text: string): IpPrefix {
  const prefix = text.includes('/') ? parseIpPrefix(text) : singleIpPrefix(parseIpAddress(text) ?? ('' as IpAddress));
  if (!prefix) throw new RangeError(`neither an IP prefix nor an address: ${JSON.stringify(text)}`);
  return prefix;
}
