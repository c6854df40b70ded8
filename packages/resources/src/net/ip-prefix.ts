import { compareParts, readAddress, wordAt, writeAddress, type AddressParts } from './address-parts.ts';
import { addressParts, parseIpAddress, type IpAddress } from './ip-address.ts';

declare const brand: unique symbol;

/**
 * An address with a prefix length, `10.244.3.1/24`, canonical as {@link IpAddress} is. Bits beyond the prefix are kept.
 * It has no zone. The empty string is the zero value: no prefix.
 */
export type IpPrefix = string & { readonly [brand]: 'IpPrefix' };

/**
 * The canonical form of a prefix, host bits kept; the empty text gives the zero value.
 *
 * @throws RangeError when the text is not a prefix.
 */
export function ipPrefixOf(text: string): IpPrefix {
  const prefix = parseIpPrefix(text);
  if (prefix === undefined) throw new RangeError(`not an IP prefix: ${JSON.stringify(text)}`);
  return prefix;
}

/** As {@link ipPrefixOf}, but `undefined` for text that is not a prefix. */
export function parseIpPrefix(text: string): IpPrefix | undefined {
  if (text === '') return text as IpPrefix;
  const slash = text.lastIndexOf('/');
  // The length has one spelling only (no sign, no leading zero), so the text can be kept when the address is canonical.
  if (slash <= 0 || text.includes('%')) return undefined;
  const given = text.slice(0, slash);
  const address = parseIpAddress(given);
  if (address === undefined || readLength(text, slash + 1) > widthOf(address)) return undefined;
  return (address === given ? text : address + text.slice(slash)) as IpPrefix;
}

/** Whether the text is a prefix in canonical form (the zero value included). */
export function isIpPrefix(text: string): text is IpPrefix {
  return parseIpPrefix(text) === text;
}

/**
 * The prefix of an address and a length in bits. A zone is dropped; without an address, or with a length it cannot have,
 * the result is the zero value, as in Go.
 */
export function ipPrefixFrom(address: IpAddress, bits: number): IpPrefix {
  if (address === '' || !Number.isInteger(bits) || bits < 0 || bits > widthOf(address)) return '' as IpPrefix;
  const zone = address.indexOf('%');
  return `${zone < 0 ? address : address.slice(0, zone)}/${bits}` as IpPrefix;
}

/** The prefix that holds one address only: `/32` or `/128`. */
export function singleIpPrefix(address: IpAddress): IpPrefix {
  return ipPrefixFrom(address, widthOf(address));
}

/** The address of a prefix, host bits kept; the zero address for the zero value. */
export function ipPrefixAddress(prefix: IpPrefix): IpAddress {
  return prefix.slice(0, Math.max(0, prefix.lastIndexOf('/'))) as IpAddress;
}

/** The length of a prefix in bits; -1 for the zero value, as in Go. */
export function ipPrefixBits(prefix: IpPrefix): number {
  return prefix === '' ? -1 : readLength(prefix, prefix.lastIndexOf('/') + 1);
}

/** The prefix with its host bits cleared. */
export function maskIpPrefix(prefix: IpPrefix): IpPrefix {
  const { words, bits } = prefixParts(prefix);
  if (bits < 0) return prefix;
  const masked = words.map((word, at) => word & wordMask(bits - at * 16));
  return `${writeAddress({ words: masked, zone: '' })}/${bits}` as IpPrefix;
}

/**
 * Whether the prefix contains the address. Families never mix, an IPv4-mapped address being IPv6; an address with a zone
 * and the zero value are in no prefix.
 */
export function ipPrefixContains(prefix: IpPrefix, address: IpAddress): boolean {
  return partsContain(prefixParts(prefix), addressParts(address));
}

/** Orders prefixes by address, then by length, shorter first. */
export function compareIpPrefixes(a: IpPrefix, b: IpPrefix): number {
  if (a === b) return 0;
  const [x, y] = [prefixParts(a), prefixParts(b)];
  return compareParts(x, y) || x.bits - y.bits;
}

/** A prefix taken apart; `bits` is -1 and there are no words for the zero value. */
export interface PrefixParts extends AddressParts {
  readonly bits: number;
}

/** The parts of a prefix that is canonical already. */
export function prefixParts(prefix: IpPrefix): PrefixParts {
  const parts = readAddress(ipPrefixAddress(prefix));
  if (parts === undefined) throw new RangeError(`not an IP prefix: ${JSON.stringify(prefix)}`);
  return { words: parts.words, zone: '', bits: ipPrefixBits(prefix) };
}

/** {@link ipPrefixContains} on what is taken apart already. */
export function partsContain(prefix: PrefixParts, address: AddressParts): boolean {
  if (prefix.bits < 0 || prefix.words.length !== address.words.length || address.zone !== '') return false;
  for (let at = 0; at * 16 < prefix.bits; at++) {
    const difference = wordAt(prefix.words, at) ^ wordAt(address.words, at);
    if ((difference & wordMask(prefix.bits - at * 16)) !== 0) return false;
  }
  return true;
}

/** The mask of a word of which the first `bits` belong to the prefix; any number is allowed. */
function wordMask(bits: number): number {
  if (bits >= 16) return 0xffff;
  return bits <= 0 ? 0 : (0xffff << (16 - bits)) & 0xffff;
}

function widthOf(address: IpAddress): number {
  if (address === '') return -1;
  return address.includes(':') ? 128 : 32;
}

/** One to three digits without a leading zero, to the end of the text; infinite when they are not. */
function readLength(text: string, start: number): number {
  const digits = text.length - start;
  if (digits < 1 || digits > 3 || (digits > 1 && text[start] === '0')) return Infinity;
  let value = 0;
  for (let at = start; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return Infinity;
    value = value * 10 + digit;
  }
  return value;
}
