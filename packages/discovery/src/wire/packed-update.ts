import type { Buffer } from 'node:buffer';
import type { PackedContent } from './entries.ts';
import { affiliateUpdateRequest } from './messages.ts';
import { asBuffer, NOTHING, pack, packPart, type Packed } from './packed.ts';

/** An AffiliateUpdateRequest as the service takes it in. */
export interface PackedUpdate extends PackedContent {
  readonly clusterId: string;
  readonly affiliateId: string;
  /** Lifetime in nanoseconds, possibly 0 or negative, saturated to 64 bits. */
  readonly ttlNanos: number;
}

/**
 * Reads what nodes send all day by hand, and everything else as the generated code does.
 *
 * @throws MalformedMessageError if it is no such message, or a text in it is not UTF-8
 */
export function decodeUpdate(bytes: Uint8Array): PackedUpdate {
  const usual = decodeUsual(asBuffer(bytes));
  if (usual !== undefined) return usual;
  const { data, endpoints, ...others } = affiliateUpdateRequest.decode(bytes);
  return { ...others, data: pack(data), endpoints: endpoints.map(pack) };
}

const CLUSTER_ID = (1 << 3) | 2;
const AFFILIATE_ID = (2 << 3) | 2;
const DATA = (3 << 3) | 2;
const ENDPOINT = (4 << 3) | 2;
const TTL = (5 << 3) | 2;
const SECONDS = 1 << 3;

/** Undefined for what is unusual: other fields, longer ones, ids beyond ASCII, or no message at all. */
function decodeUsual(bytes: Buffer): PackedUpdate | undefined {
  let clusterId = '';
  let affiliateId = '';
  let data = NOTHING;
  const endpoints: Packed[] = [];
  let ttlNanos: number | undefined;
  for (let at = 0; at < bytes.length;) {
    const tag = bytes[at];
    let length = bytes[at + 1] ?? 0;
    let start = at + 2;
    if (length > 0x7f) {
      const high = bytes[at + 2] ?? 0;
      if (high > 0x7f) return undefined;
      length = (length & 0x7f) | (high << 7);
      start += 1;
    }
    at = start + length;
    if (at > bytes.length) return undefined;
    if (tag === DATA) data = packPart(bytes, start, at);
    else if (tag === ENDPOINT) endpoints.push(packPart(bytes, start, at));
    else if (tag === CLUSTER_ID && isAscii(bytes, start, at)) clusterId = packPart(bytes, start, at);
    else if (tag === AFFILIATE_ID && isAscii(bytes, start, at)) affiliateId = packPart(bytes, start, at);
    else if (tag === TTL && ttlNanos === undefined) {
      ttlNanos = wholeSeconds(bytes, start, at);
      if (ttlNanos === undefined) return undefined;
    } else return undefined;
  }
  return { clusterId, affiliateId, data, endpoints, ttlNanos: ttlNanos ?? 0 };
}

function isAscii(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if ((bytes[at] ?? 0) > 0x7f) return false;
  return true;
}

/** A duration of a few seconds to a few months, in nanoseconds. */
function wholeSeconds(bytes: Buffer, start: number, end: number): number | undefined {
  if (start === end) return 0;
  if (bytes[start] !== SECONDS || end - start > 4) return undefined;
  let seconds = 0;
  for (let at = start + 1, shift = 0; at < end; at += 1, shift += 7) {
    const byte = bytes[at] ?? 0;
    seconds |= (byte & 0x7f) << shift;
    if (byte < 0x80 !== (at === end - 1)) return undefined;
  }
  return start + 1 === end ? undefined : seconds * 1e9;
}
