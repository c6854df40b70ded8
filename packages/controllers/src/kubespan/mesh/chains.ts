import {
  prefixSetOf,
  prefixSetPrefixes,
  type IpPrefix,
  type NfTablesChainSpec,
  type NfTablesRule,
} from '@cosi-ts/resources';
import { DEFAULT_MTU, FORCED_MARK, MARK_MASK, SENT_MARK } from './constants.ts';

/**
 * The chains that mark what shall go through the mesh: what passes the node, and what it sends itself.
 *
 * @param routed the addresses that lie behind peers, but for those of the mesh itself, to which the link's own route leads
 * @param mtu in bytes; 0 for the default
 */
export function meshChains(routed: Iterable<IpPrefix>, mtu: number): ReadonlyMap<string, NfTablesChainSpec> {
  const includeSubnets = prefixSetPrefixes(prefixSetOf(routed));
  const toPeer = { includeSubnets, excludeSubnets: [], invert: false };
  const isSent = rule({ matchMark: { mask: MARK_MASK, xor: 0, value: SENT_MARK }, verdict: 'accept' });
  const mark = rule({
    matchDestinationAddress: toPeer,
    setMark: { mask: ~MARK_MASK >>> 0, xor: FORCED_MARK, value: 0 },
    verdict: 'accept',
  });
  const isLocal = rule({ matchOIfName: { interfaceNames: ['lo'], operator: '==' }, verdict: 'accept' });
  const clamp = rule({ matchDestinationAddress: toPeer, clampMSS: { mtu: mtu === 0 ? DEFAULT_MTU : mtu } });
  const common = { priority: 'filter', policy: 'accept' } as const;
  return new Map<string, NfTablesChainSpec>([
    ['kubespan_prerouting', { type: 'filter', hook: 'prerouting', ...common, rules: [isSent, mark] }],
    ['kubespan_outgoing', { type: 'route', hook: 'output', ...common, rules: [isSent, isLocal, clamp, mark] }],
  ]);
}

function rule(parts: Omit<NfTablesRule, 'anonymousCounter'>): NfTablesRule {
  return { anonymousCounter: false, ...parts };
}
