import { fc, test } from '@fast-check/vitest';
import { RpcError } from '@cosi-ts/core';
import { describe, expect } from 'vitest';
import { checkAffiliateId, checkClusterId, checkUpdate, type CheckedUpdate } from './limits.ts';

const SOUND: CheckedUpdate = {
  clusterId: 'cluster',
  affiliateId: 'affiliate',
  data: new Uint8Array(0),
  endpoints: [],
  ttlNanos: 0,
};

describe('limits', () => {
  test.each<{ name: string; accepted: Partial<CheckedUpdate>; refused: Partial<CheckedUpdate> }>([
    { name: 'cluster ID', accepted: { clusterId: 'a'.repeat(256) }, refused: { clusterId: 'a'.repeat(257) } },
    { name: 'cluster ID in bytes', accepted: { clusterId: 'ä'.repeat(128) }, refused: { clusterId: 'ä'.repeat(129) } },
    { name: 'no cluster ID', accepted: { clusterId: 'a' }, refused: { clusterId: '' } },
    { name: 'affiliate ID', accepted: { affiliateId: 'a'.repeat(256) }, refused: { affiliateId: 'a'.repeat(257) } },
    { name: 'no affiliate ID', accepted: { affiliateId: 'a' }, refused: { affiliateId: '' } },
    { name: 'data', accepted: { data: new Uint8Array(2048) }, refused: { data: new Uint8Array(2049) } },
    { name: 'endpoint', accepted: { endpoints: [of(1), of(32)] }, refused: { endpoints: [of(32), of(33)] } },
    { name: 'empty endpoint', accepted: { endpoints: [] }, refused: { endpoints: [of(0)] } },
    { name: 'TTL', accepted: { ttlNanos: 1_800_000_000_000 }, refused: { ttlNanos: 1_800_000_000_001 } },
    { name: 'TTL of ages', accepted: { ttlNanos: -(2 ** 63) }, refused: { ttlNanos: 2 ** 63 } },
  ])('$name', ({ accepted, refused }) => {
    expect(refusal({ ...SOUND, ...accepted })).toBeUndefined();
    expect(refusal({ ...SOUND, ...refused })).toMatchObject({ status: 'INVALID_ARGUMENT' });
  });

  test.prop([fc.string({ unit: 'binary', maxLength: 400, size: 'max' })])('count IDs in bytes of UTF-8', (id) => {
    const bytes = new TextEncoder().encode(id).length;
    for (const check of [checkClusterId, checkAffiliateId]) {
      if (bytes >= 1 && bytes <= 256) expect(() => check(id)).not.toThrow();
      else expect(() => check(id)).toThrow(RpcError);
    }
  });
});

function refusal(request: CheckedUpdate): unknown {
  try {
    checkUpdate(request);
    return undefined;
  } catch (error) {
    return error;
  }
}

function of(length: number): Uint8Array {
  return new Uint8Array(length);
}
