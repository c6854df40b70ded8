import { compareParts, readAddress, readIpv4, writeAddress, type AddressParts } from './address-parts.ts';

declare const brand: unique symbol;

/**
 * An IP address in the one spelling Go prints, so that equal addresses are equal strings. An IPv4-mapped IPv6 address
 * stays IPv6 and keeps its zone. The empty string is the zero value: no address.
 */
export type IpAddress = string & { readonly [brand]: 'IpAddress' };

/**
 * The canonical form of an address; the empty text gives the zero value.
 *
 * @throws RangeError when the text is not an address.
 */
export function ipAddressOf(text: string): IpAddress {
  const address = parseIpAddress(text);
  if (address === undefined) throw new RangeError(`not an IP address: ${JSON.stringify(text)}`);
  return address;
}

/** As {@link ipAddressOf}, but `undefined` for text that is not an address. */
export function parseIpAddress(text: string): IpAddress | undefined {
  // Strict dotted text has one spelling only, so it is canonical as it stands.
  if (!text.includes(':')) return text === '' || readIpv4(text, 0, text.length) >= 0 ? (text as IpAddress) : undefined;
  const parts = readAddress(text);
  return parts && (writeAddress(parts) as IpAddress);
}

/** Whether the text is an address in canonical form (the zero value included). */
export function isIpAddress(text: string): text is IpAddress {
  return parseIpAddress(text) === text;
}

/** Whether the address is IPv4; an IPv4-mapped IPv6 address is not. */
export function isIpv4(address: IpAddress): boolean {
  return address !== '' && !address.includes(':');
}

/** Orders addresses: the zero value, IPv4, IPv6; inside a family by number, then by zone. */
export function compareIpAddresses(a: IpAddress, b: IpAddress): number {
  return a === b ? 0 : compareParts(addressParts(a), addressParts(b));
}

/** Go's binary form: nothing for the zero value, 4 bytes for IPv4, 16 for IPv6 and then the zone as UTF-8. */
export function ipAddressToBytes(address: IpAddress): Uint8Array<ArrayBuffer> {
  const { words, zone } = addressParts(address);
  const suffix = zone === '' ? undefined : new TextEncoder().encode(zone);
  const bytes = new Uint8Array(words.length * 2 + (suffix?.length ?? 0));
  let at = 0;
  for (const word of words) {
    bytes[at++] = word >> 8;
    bytes[at++] = word & 0xff;
  }
  if (suffix) bytes.set(suffix, at);
  return bytes;
}

/** Reads Go's binary form; `undefined` when the length fits no address or the zone is not UTF-8. */
export function ipAddressFromBytes(bytes: Uint8Array): IpAddress | undefined {
  const { length } = bytes;
  if (length === 4) return `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}` as IpAddress;
  if (length === 0) return '' as IpAddress;
  if (length < 16) return undefined;
  const words: number[] = [];
  for (let at = 0; at < 16; at += 2) words.push(((bytes[at] as number) << 8) | (bytes[at + 1] as number));
  const zone = length === 16 ? '' : readZone(bytes.subarray(16));
  return zone === undefined ? undefined : (writeAddress({ words, zone }) as IpAddress);
}

/** The parts of an address that is canonical already. */
export function addressParts(address: IpAddress): AddressParts {
  const parts = readAddress(address);
  if (parts === undefined) throw new RangeError(`not an IP address: ${JSON.stringify(address)}`);
  return parts;
}

function readZone(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
