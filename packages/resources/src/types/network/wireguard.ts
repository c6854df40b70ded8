import { duration, int64, ipPrefix, list, string, type SpecOf } from '../../define/fields.ts';

const peer = {
  /** Keys in base64. */
  publicKey: string(1),
  presharedKey: string(2),
  /** Empty: whatever the device has learned. */
  endpoint: string(3),
  persistentKeepaliveInterval: duration(4),
  allowedIPs: list(5, ipPrefix),
};

/** A peer of a WireGuard device. */
export interface WireguardPeer extends SpecOf<typeof peer> {}

export const wireguard = {
  /** Only in what shall be, never in what is told of a link. */
  privateKey: string(1, { omitEmpty: true }),
  /** Only in what is told of a link. */
  publicKey: string(2, { omitEmpty: true }),
  listenPort: int64(3),
  firewallMark: int64(4),
  peers: list(5, peer),
};

/** The settings of a WireGuard device. */
export interface WireguardSettings extends SpecOf<typeof wireguard> {}
