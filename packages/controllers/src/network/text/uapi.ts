import { formatDuration, parseDuration, timestampFromInstant, ZERO_TIME } from '@cosi-ts/core';
import { maskIpPrefix, parseIpPort, parseIpPrefix, type IpPort } from '@cosi-ts/resources';
import type { WireguardChange, WireguardDevice, WireguardDevicePeer } from '../network-driver.ts';
import { base64Key, hexKey } from './key.ts';

/** What asks a device for everything, by the cross-platform protocol of WireGuard. */
export const UAPI_GET = 'get=1\n\n';

/** Reads what a device answers. @throws Error if it answers with an error number. */
export function parseUapiDevice(text: string): WireguardDevice {
  const device = { privateKey: '', listenPort: 0, firewallMark: 0, peers: [] as WireguardDevicePeer[] };
  let peer: Open | undefined;
  const end = (): void => void (peer === undefined || device.peers.push(closed(peer)));
  for (const [key, value] of pairsOf(text)) {
    if (key === 'errno') checkErrno(value);
    else if (key === 'public_key') {
      end();
      peer = { publicKey: base64Key(value), values: new Map(), allowedIPs: [] };
    } else if (peer !== undefined) {
      if (key === 'allowed_ip') peer.allowedIPs.push(value);
      else peer.values.set(key, value);
    } else if (key === 'private_key') device.privateKey = base64Key(value);
    else if (key === 'listen_port') device.listenPort = Number(value);
    else if (key === 'fwmark') device.firewallMark = Number(value);
  }
  end();
  return device;
}

/** Writes a change of a device. It is secret: keys are in it. */
export function formatUapiChange({ privateKey, listenPort, firewallMark, removed, peers }: WireguardChange): string {
  const lines = ['set=1'];
  const add = (key: string, value: string | number | undefined): void => {
    if (value !== undefined) lines.push(`${key}=${value}`);
  };
  add('private_key', privateKey === undefined ? undefined : hexKey(privateKey));
  add('listen_port', listenPort);
  add('fwmark', firewallMark);
  for (const key of removed) lines.push(`public_key=${hexKey(key)}`, 'remove=true');
  for (const peer of peers) {
    lines.push(`public_key=${hexKey(peer.publicKey)}`);
    add('preshared_key', peer.presharedKey === undefined ? undefined : hexKey(peer.presharedKey));
    add('endpoint', peer.endpoint);
    const keepalive = peer.persistentKeepaliveInterval;
    add('persistent_keepalive_interval', keepalive === undefined ? undefined : (parseDuration(keepalive) ?? 0) / 1000);
    if (peer.allowedIPs === undefined) continue;
    lines.push('replace_allowed_ips=true', ...peer.allowedIPs.map((prefix) => `allowed_ip=${maskIpPrefix(prefix)}`));
  }
  return `${lines.join('\n')}\n\n`;
}

/** @throws Error if the answer to a change is an error number */
export function checkUapiAnswer(text: string): void {
  for (const [key, value] of pairsOf(text)) if (key === 'errno') checkErrno(value);
}

/** A peer that is still being read. */
interface Open {
  readonly publicKey: string;
  readonly values: Map<string, string>;
  readonly allowedIPs: string[];
}

function closed({ publicKey, values, allowedIPs }: Open): WireguardDevicePeer {
  const number = (key: string): number => Number(values.get(key) ?? 0);
  const [seconds, nanos] = [number('last_handshake_time_sec'), number('last_handshake_time_nsec')];
  return {
    publicKey,
    presharedKey: base64Key(values.get('preshared_key') ?? ''),
    endpoint: parseIpPort(values.get('endpoint') ?? '') ?? ('' as IpPort),
    persistentKeepaliveInterval: formatDuration(number('persistent_keepalive_interval') * 1000),
    allowedIPs: allowedIPs.flatMap((text) => parseIpPrefix(text) ?? []),
    lastHandshakeTime: seconds === 0 && nanos === 0 ? ZERO_TIME : timestampFromInstant({ seconds, nanos }),
    receiveBytes: number('rx_bytes'),
    transmitBytes: number('tx_bytes'),
  };
}

function pairsOf(text: string): readonly (readonly [string, string])[] {
  return text.split('\n').flatMap((line) => {
    const at = line.indexOf('=');
    return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1)] as const];
  });
}

function checkErrno(value: string): void {
  if (value !== '0') throw new Error(`the WireGuard device refuses: error number ${value}`);
}
