import { Buffer } from 'node:buffer';

const OCTET = '(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])';
const IPV4 = new RegExp(`^${OCTET}\\.${OCTET}\\.${OCTET}\\.${OCTET}$`);
const IPV6 = /^([0-9a-f:.]+)(?:%(.+))?$/is;

/**
 * The binary form of an address in text, as it travels: 4 bytes, or 16 and the zone's name. Strict as Go is: dotted
 * quads without leading zeros, IPv6 with an optional zone, nothing around them. Undefined for any other text.
 */
export function parseIp(text: string): Uint8Array | undefined {
  const [, ...octets] = IPV4.exec(text) ?? [];
  if (octets.length > 0) return Uint8Array.from(octets, Number);
  const [, address, zone] = IPV6.exec(text) ?? [];
  const bytes = address === undefined ? undefined : parseIpv6(address);
  return bytes && (zone === undefined ? bytes : Buffer.concat([bytes, Buffer.from(zone)]));
}

/** An IPv4 address that a dual-stack socket shows as IPv6, in its own form; any other as it is. */
export function unmapIp(ip: Uint8Array): Uint8Array {
  return ip.length === 16 && MAPPED.every((byte, at) => ip[at] === byte) ? ip.subarray(12) : ip;
}

const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/** The URL parser checks the address and writes it with at most one gap and without dotted parts. */
function parseIpv6(text: string): Uint8Array | undefined {
  const url = URL.parse(`http://[${text}]`);
  if (url === null) return undefined;
  const [head = '', tail] = url.hostname.slice(1, -1).split('::');
  const [first, last] = [wordsOf(head), wordsOf(tail ?? '')];
  const words = [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last];
  return Uint8Array.from(words.flatMap((word) => [word >> 8, word & 0xff]));
}

function wordsOf(text: string): number[] {
  return text === '' ? [] : text.split(':').map((word) => Number.parseInt(word, 16));
}
