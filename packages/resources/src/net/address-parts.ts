/**
 * An address taken apart: no word for the zero value, two 16-bit words for IPv4, eight for IPv6, most significant first.
 * One shape for both families lets comparing, masking and encoding be written once.
 */
export interface AddressParts {
  readonly words: readonly number[];
  /** The zone without its `%`; empty when there is none. Only IPv6 has one. */
  readonly zone: string;
}

const nothing: AddressParts = { words: [], zone: '' };

/**
 * Reads the text of an address by the rules of Go's `netip.ParseAddr`: four decimal octets without leading zeros, or
 * IPv6 (RFC 4291) with an optional zone (RFC 4007). The empty text is the zero value. Anything else is `undefined`.
 */
export function readAddress(text: string): AddressParts | undefined {
  if (text === '') return nothing;
  if (!text.includes(':')) {
    const value = readIpv4(text, 0, text.length);
    return value < 0 ? undefined : { words: [value >>> 16, value & 0xffff], zone: '' };
  }
  const percent = text.indexOf('%');
  if (percent === text.length - 1) return undefined;
  const words = readIpv6(text, percent < 0 ? text.length : percent);
  return words && { words, zone: percent < 0 ? '' : text.slice(percent + 1) };
}

/** Writes an address as Go prints it: RFC 5952, with the last 32 bits of an IPv4-mapped address in dotted form. */
export function writeAddress({ words, zone }: AddressParts): string {
  if (words.length === 0) return '';
  if (words.length === 2) return writeIpv4(words, 0);
  return (isMapped(words) ? `::ffff:${writeIpv4(words, 6)}` : writeIpv6(words)) + (zone && `%${zone}`);
}

/** Orders IPv4 before IPv6 and the zero value before both, then by number, then by zone. */
export function compareParts(a: AddressParts, b: AddressParts): number {
  const families = a.words.length - b.words.length;
  if (families !== 0) return families;
  for (let at = 0; at < a.words.length; at++) {
    const difference = wordAt(a.words, at) - wordAt(b.words, at);
    if (difference !== 0) return difference;
  }
  return a.zone < b.zone ? -1 : a.zone > b.zone ? 1 : 0;
}

/** The word at an index that is known to exist. */
export function wordAt(words: readonly number[], at: number): number {
  return words[at] as number;
}

const dot = 46;
const colon = 58;

/** The octets between two offsets as an unsigned number, or -1. */
export function readIpv4(text: string, start: number, end: number): number {
  let value = 0;
  let octet = -1;
  let dots = 0;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === dot) {
      if (octet < 0 || dots === 3) return -1;
      value = value * 256 + octet;
      octet = -1;
      dots++;
    } else {
      const digit = code - 48;
      if (digit < 0 || digit > 9 || octet === 0) return -1;
      octet = octet < 0 ? digit : octet * 10 + digit;
      if (octet > 255) return -1;
    }
  }
  return dots === 3 && octet >= 0 ? value * 256 + octet : -1;
}

function readIpv6(text: string, end: number): readonly number[] | undefined {
  const words: number[] = [];
  let gap = text.startsWith('::') ? 0 : -1;
  let at = gap === 0 ? 2 : 0;
  while (at < end && words.length < 8) {
    const start = at;
    let word = 0;
    for (; at < end; at++) {
      const digit = hexDigit(text.charCodeAt(at));
      if (digit < 0) break;
      word = word * 16 + digit;
    }
    if (at === start || at - start > 4) return undefined;
    if (at < end && text.charCodeAt(at) === dot) {
      const tail = readIpv4(text, start, end);
      if (tail < 0 || words.length > 6) return undefined;
      words.push(tail >>> 16, tail & 0xffff);
      at = end;
      break;
    }
    words.push(word);
    if (at === end) break;
    if (text.charCodeAt(at) !== colon || ++at === end) return undefined;
    if (text.charCodeAt(at) === colon) {
      if (gap >= 0) return undefined;
      gap = words.length;
      at++;
    }
  }
  if (at < end || (words.length === 8) !== gap < 0) return undefined;
  return gap < 0 ? words : fillGap(words, gap);
}

/** Eight words: what was read, with zeros where `::` stood. */
function fillGap(words: readonly number[], gap: number): readonly number[] {
  const filled = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let at = 0; at < words.length; at++) filled[at < gap ? at : at + 8 - words.length] = wordAt(words, at);
  return filled;
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const letter = code | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}

function isMapped(words: readonly number[]): boolean {
  return words[5] === 0xffff && !words[0] && !words[1] && !words[2] && !words[3] && !words[4];
}

function writeIpv4(words: readonly number[], at: number): string {
  const high = wordAt(words, at);
  const low = wordAt(words, at + 1);
  return `${high >> 8}.${high & 0xff}.${low >> 8}.${low & 0xff}`;
}

function writeIpv6(words: readonly number[]): string {
  const [gapStart, gapEnd] = longestZeroRun(words);
  let text = '';
  for (let at = 0; at < 8; at++) {
    if (at === gapStart) {
      text += '::';
      at = gapEnd;
      if (at === 8) break;
    } else if (at > 0) {
      text += ':';
    }
    text += wordAt(words, at).toString(16);
  }
  return text;
}

/** The first of the longest runs of two or more zero words, as start and end; -1 when there is none. */
function longestZeroRun(words: readonly number[]): readonly [start: number, end: number] {
  let best = -1;
  let length = 1;
  for (let at = 0; at < 8; at++) {
    let end = at;
    while (end < 8 && words[end] === 0) end++;
    if (end - at > length) {
      best = at;
      length = end - at;
    }
    if (end > at) at = end;
  }
  return [best, best + length];
}
