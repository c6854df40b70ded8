import { ZERO_TIME, formatDuration, parseDuration, timestampFromInstant } from '@cosi-ts/core';
import { maskIpPrefix, parseIpPort, parseIpPrefix, type IpPort } from '@cosi-ts/resources';
import { isWireguardKey } from '../../identity/wireguard-key.ts';
import type { WireguardChange, WireguardDevice, WireguardDevicePeer } from '../network-driver.ts';

/** Reads `wg show LINK dump`: a line of the device, then one of each peer, with tabs between. */
export function parseWgDump(text: string): WireguardDevice {
  const [device = [], ...peers] = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'));
  const [privateKey = NONE, , listenPort = '0', mark = 'off'] = device;
  return {
    privateKey: orEmpty(privateKey),
    listenPort: Number(listenPort),
    firewallMark: mark === 'off' ? 0 : Number(mark),
    peers: peers.map(peerOf),
  };
}

/**
 * Writes what is added or changed for `wg addconf`, which takes keys from a file alone: there they are not seen among the
 * arguments of a process. The addresses of a peer are replaced in any case: those that are not named are taken away. Peers
 * are removed by `wg set`.
 *
 * @throws RangeError if a key is none; `wg` would repeat it, which may be a secret, in what it says of it
 */
export function formatWgConfig({ privateKey, listenPort, firewallMark, peers }: WireguardChange): string {
  const lines = ['[Interface]'];
  const add = (key: string, value: string | number | undefined): void => {
    if (value !== undefined) lines.push(`${key} = ${value}`);
  };
  add('PrivateKey', checkedKey(privateKey));
  add('ListenPort', listenPort);
  add('FwMark', firewallMark);
  for (const peer of peers) {
    lines.push('[Peer]', `PublicKey = ${checkedKey(peer.publicKey)}`);
    add('PresharedKey', checkedKey(peer.presharedKey));
    add('Endpoint', peer.endpoint);
    const keepalive = peer.persistentKeepaliveInterval;
    add('PersistentKeepalive', keepalive === undefined ? undefined : (parseDuration(keepalive) ?? 0) / 1000);
    const { allowedIPs = [] } = peer;
    if (allowedIPs.length > 0) lines.push(`AllowedIPs = ${allowedIPs.map(maskIpPrefix).join(', ')}`);
  }
  return `${lines.join('\n')}\n`;
}

/** An empty one is none, which `wg` takes. */
function checkedKey<K extends string | undefined>(key: K): K {
  if (key !== undefined && key !== '' && !isWireguardKey(key)) throw new RangeError('not a WireGuard key');
  return key;
}

const NONE = '(none)';

function orEmpty(text: string): string {
  return text === NONE ? '' : text;
}

function peerOf(fields: readonly string[]): WireguardDevicePeer {
  const [publicKey = '', psk = NONE, endpoint = NONE, allowed = NONE, handshake = '0', rx, tx, keepalive] = fields;
  return {
    publicKey,
    presharedKey: orEmpty(psk),
    endpoint: parseIpPort(orEmpty(endpoint)) ?? ('' as IpPort),
    persistentKeepaliveInterval: formatDuration(keepalive === 'off' ? 0 : Number(keepalive ?? 0) * 1000),
    allowedIPs: orEmpty(allowed)
      .split(',')
      .flatMap((text) => (text === '' ? [] : (parseIpPrefix(text) ?? []))),
    lastHandshakeTime: handshake === '0' ? ZERO_TIME : timestampFromInstant({ seconds: Number(handshake), nanos: 0 }),
    receiveBytes: Number(rx ?? 0),
    transmitBytes: Number(tx ?? 0),
  };
}
