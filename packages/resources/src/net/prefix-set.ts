import { writeAddress } from './address-parts.ts';
import { addressParts, type IpAddress } from './ip-address.ts';
import { prefixParts, type IpPrefix } from './ip-prefix.ts';
import { rangesOverlap, subtractRanges, uniteRanges, type Range, type Ranges } from './ranges.ts';

/** An immutable set of IP addresses. The families are apart: an IPv4-mapped address is IPv6. */
export interface PrefixSet {
  readonly v4: Ranges;
  readonly v6: Ranges;
}

/**
 * The addresses that are given or lie in a given prefix. Host bits of a prefix and the zone of an address are ignored.
 *
 * @throws RangeError when the zero value is among them.
 */
export function prefixSetOf(entries: Iterable<IpPrefix | IpAddress>): PrefixSet {
  let v4: Ranges = [];
  let v6: Ranges = [];
  for (const entry of entries) {
    const { width, range } = rangeOf(entry);
    if (width === 32) v4 = uniteRanges(v4, [range]);
    else v6 = uniteRanges(v6, [range]);
  }
  return { v4, v6 };
}

/** The addresses that are in either set. */
export function unitePrefixSets(a: PrefixSet, b: PrefixSet): PrefixSet {
  return { v4: uniteRanges(a.v4, b.v4), v6: uniteRanges(a.v6, b.v6) };
}

/** The addresses of a set that are not in the other. */
export function subtractPrefixSet(set: PrefixSet, taken: PrefixSet): PrefixSet {
  return { v4: subtractRanges(set.v4, taken.v4), v6: subtractRanges(set.v6, taken.v6) };
}

/** Whether some address is in both sets. */
export function prefixSetsOverlap(a: PrefixSet, b: PrefixSet): boolean {
  return rangesOverlap(a.v4, b.v4) || rangesOverlap(a.v6, b.v6);
}

/** The fewest prefixes that hold exactly the addresses of the set, in ascending order, IPv4 first. */
export function prefixSetPrefixes(set: PrefixSet): readonly IpPrefix[] {
  const prefixes: IpPrefix[] = [];
  for (const range of set.v4) cover(range, 32, prefixes);
  for (const range of set.v6) cover(range, 128, prefixes);
  return prefixes;
}

function rangeOf(entry: IpPrefix | IpAddress): { readonly width: number; readonly range: Range } {
  // A zone may contain a slash, but a prefix has no zone.
  const isPrefix = entry.includes('/') && !entry.includes('%');
  const parts = isPrefix ? prefixParts(entry as IpPrefix) : { ...addressParts(entry as IpAddress), bits: 128 };
  const width = parts.words.length * 16;
  if (width === 0) throw new RangeError('a set of addresses has no place for the zero value');
  const value = parts.words.reduce((sum, word) => (sum << 16n) | BigInt(word), 0n);
  const hostBits = BigInt(Math.max(0, width - parts.bits));
  const first = (value >> hostBits) << hostBits;
  return { width, range: { first, last: first + (1n << hostBits) - 1n } };
}

/** Takes, from the start of the range, the largest prefix that is aligned there and fits, until nothing is left. */
function cover({ first, last }: Range, width: number, into: IpPrefix[]): void {
  let start = first;
  while (start <= last) {
    let bits = width;
    let size = 1n;
    while ((start & size) === 0n && start + size * 2n - 1n <= last) {
      size *= 2n;
      bits--;
    }
    into.push(`${writeAddress({ words: wordsOf(start, width), zone: '' })}/${bits}` as IpPrefix);
    start += size;
  }
}

function wordsOf(value: bigint, width: number): readonly number[] {
  const words: number[] = [];
  for (let shift = width - 16; shift >= 0; shift -= 16) words.push(Number((value >> BigInt(shift)) & 0xffffn));
  return words;
}
