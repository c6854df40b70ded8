import { maskIpPrefix, type WireguardPeer, type WireguardSettings } from '@cosi-ts/resources';
import type { WireguardChange, WireguardDevice, WireguardDevicePeer, WireguardPeerChange } from './network-driver.ts';

/**
 * What makes a device what it shall be; undefined if it is so already. The endpoint of a peer is touched only if one is
 * asked for, since a device learns better ones by itself.
 */
export function wireguardChange(device: WireguardDevice, wanted: WireguardSettings): WireguardChange | undefined {
  const current = new Map(device.peers.map((peer) => [peer.publicKey, peer]));
  const keys = new Set(wanted.peers.map(({ publicKey }) => publicKey));
  const change: WireguardChange = {
    ...(device.privateKey === wanted.privateKey ? {} : { privateKey: wanted.privateKey }),
    ...(device.listenPort === wanted.listenPort ? {} : { listenPort: wanted.listenPort }),
    ...(device.firewallMark === wanted.firewallMark ? {} : { firewallMark: wanted.firewallMark }),
    removed: [...current.keys()].filter((key) => !keys.has(key)),
    peers: wanted.peers.flatMap((peer) => peerChange(current.get(peer.publicKey), peer)),
  };
  const isNone = Object.keys(change).length === 2 && change.removed.length === 0 && change.peers.length === 0;
  return isNone ? undefined : change;
}

function peerChange(current: WireguardDevicePeer | undefined, wanted: WireguardPeer): readonly WireguardPeerChange[] {
  const { publicKey, endpoint, ...settings } = wanted;
  const asked = endpoint === '' ? {} : { endpoint };
  if (current === undefined) return [{ publicKey, ...settings, ...asked }];
  const { presharedKey, persistentKeepaliveInterval, allowedIPs } = settings;
  const change = {
    ...(current.presharedKey === presharedKey ? {} : { presharedKey }),
    ...(current.persistentKeepaliveInterval === persistentKeepaliveInterval ? {} : { persistentKeepaliveInterval }),
    ...(isSameSet(current, wanted) ? {} : { allowedIPs }),
    ...(current.endpoint === endpoint ? {} : asked),
  };
  return Object.keys(change).length === 0 ? [] : [{ publicKey, ...change }];
}

/** A device gives the addresses in an order of its own, and without host bits. */
function isSameSet(a: WireguardPeer, b: WireguardPeer): boolean {
  const [one, other] = [a, b].map(({ allowedIPs }) => [...new Set(allowedIPs.map(maskIpPrefix))].sort().join());
  return one === other;
}
