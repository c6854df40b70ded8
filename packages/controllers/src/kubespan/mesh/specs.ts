import {
  ipPrefixAddress,
  ipPrefixBits,
  ipPrefixFrom,
  type AddressSpecSpec,
  type IpAddress,
  type KubeSpanIdentitySpec,
  type LinkSpecSpec,
  type RouteSpecSpec,
  type RoutingRuleSpecSpec,
  type WireguardPeer,
} from '@cosi-ts/resources';
import { KUBESPAN_LINK } from '../../network/may-apply.ts';
import { ANYWHERE, FORCED_MARK, MARK_MASK, MESH_PORT, MESH_TABLE, RULE_PRIORITY, SENT_MARK } from './constants.ts';

const FAMILIES = ['inet4', 'inet6'] as const;
const NO_ADDRESS = '' as IpAddress;
const configLayer = 'operator';

/** The device, under its id. */
export function meshLink(
  identity: KubeSpanIdentitySpec,
  mtu: number,
  peers: readonly WireguardPeer[],
): [string, LinkSpecSpec] {
  const spec: LinkSpecSpec = {
    name: KUBESPAN_LINK,
    logical: true,
    up: true,
    mtu,
    kind: 'wireguard',
    type: 'nohdr',
    wireguard: {
      privateKey: identity.privateKey,
      publicKey: '',
      listenPort: MESH_PORT,
      firewallMark: SENT_MARK,
      peers,
    },
    configLayer,
  };
  return [`operator/${KUBESPAN_LINK}`, spec];
}

/** The node's address, with the whole mesh as its network: so that the kernel makes a route to that. */
export function meshAddress({ address, subnet }: KubeSpanIdentitySpec): [string, AddressSpecSpec] {
  const spec: AddressSpecSpec = {
    address: ipPrefixFrom(ipPrefixAddress(address), ipPrefixBits(subnet)),
    linkName: KUBESPAN_LINK,
    family: 'inet6',
    scope: 'global',
    flags: 'permanent',
    announceWithARP: false,
    priority: 0,
    configLayer,
  };
  return [`operator/${KUBESPAN_LINK}/${address}`, spec];
}

/** All of the table of its own leads into the device. */
export function meshRoutes(mtu: number): readonly [string, RouteSpecSpec][] {
  return FAMILIES.map((family) => {
    const spec: RouteSpecSpec = {
      family,
      destination: ANYWHERE,
      source: NO_ADDRESS,
      gateway: NO_ADDRESS,
      outLinkName: KUBESPAN_LINK,
      table: MESH_TABLE,
      priority: 1,
      scope: 'global',
      type: 'unicast',
      flags: '',
      protocol: 'static',
      configLayer,
      mtu,
    };
    const link = family === 'inet6' ? `${KUBESPAN_LINK}/` : '';
    return [`operator/${MESH_TABLE}/${link}${family}///1`, spec];
  });
}

/** Marked packets look into that table. */
export function meshRules(): readonly [string, RoutingRuleSpecSpec][] {
  return FAMILIES.map((family) => {
    const spec: RoutingRuleSpecSpec = {
      family,
      src: ANYWHERE,
      dst: ANYWHERE,
      table: MESH_TABLE,
      priority: RULE_PRIORITY,
      action: 'unicast',
      iifName: '',
      oifName: '',
      fwMark: FORCED_MARK,
      fwMask: MARK_MASK,
      configLayer,
    };
    return [`operator/${family}/${RULE_PRIORITY}`, spec];
  });
}
