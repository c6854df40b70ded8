import { onlyMessage, orGenerated, UNUSUAL, type FieldReader } from '@cosi-ts/core';
import type { PackedContent } from './entries.ts';
import { affiliateUpdateRequest } from './messages.ts';
import { NOTHING, pack, type Packed } from './packed.ts';

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
export const decodeUpdate: (bytes: Uint8Array) => PackedUpdate = orGenerated(readUpdate, (bytes) => {
  const { data, endpoints, ...others } = affiliateUpdateRequest.decode(bytes);
  return { ...others, data: pack(data), endpoints: endpoints.map(pack) };
});

function readUpdate(fields: FieldReader): PackedUpdate {
  let clusterId = '';
  let affiliateId = '';
  let data = NOTHING;
  const endpoints: Packed[] = [];
  let ttlNanos: number | undefined;
  while (fields.next()) {
    if (fields.field === 1) clusterId = fields.text();
    else if (fields.field === 2) affiliateId = fields.text();
    else if (fields.field === 3) data = fields.latin1() as Packed;
    else if (fields.field === 4) endpoints.push(fields.latin1() as Packed);
    else if (fields.field === 5) ttlNanos = readSeconds(onlyMessage(ttlNanos, fields));
  }
  return { clusterId, affiliateId, data, endpoints, ttlNanos: ttlNanos ?? 0 };
}

/** A duration of whole seconds, in nanoseconds. */
function readSeconds(fields: FieldReader): number {
  let seconds = 0;
  while (fields.next()) {
    if (fields.field !== 1) throw UNUSUAL;
    seconds = fields.int32();
  }
  return seconds * 1e9;
}
