import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { AffiliateData } from './affiliate-data.ts';
import { affiliateData } from './affiliate-data.ts';
import { MalformedMessageError } from './malformed.ts';

const text = fc.string({ unit: 'binary' });
const bytes = fc.uint8Array({ maxLength: 20 });
const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });
const prefixes = fc.array(fc.record({ ip: bytes, bits: uint32 }), { maxLength: 3 });
const affiliates: fc.Arbitrary<AffiliateData> = fc.record(
  {
    nodeId: text,
    addresses: fc.array(bytes, { maxLength: 4 }),
    hostname: text,
    nodename: text,
    machineType: text,
    operatingSystem: text,
    kubeSpan: fc.record({
      publicKey: text,
      address: bytes,
      additionalAddresses: prefixes,
      excludeAdvertisedAddresses: prefixes,
    }),
    controlPlane: fc.record({ apiServerPort: uint32 }),
  },
  { requiredKeys: ['nodeId', 'addresses', 'hostname', 'nodename', 'machineType', 'operatingSystem'] },
);

const EMPTY: AffiliateData = {
  nodeId: '',
  addresses: [],
  hostname: '',
  nodename: '',
  machineType: '',
  operatingSystem: '',
};

describe('affiliate data', () => {
  test.prop([affiliates])('comes back as it was, and encodes to the same bytes again', (affiliate) => {
    const encoded = affiliateData.encode(affiliate);
    const decoded = affiliateData.decode(encoded);
    expect(decoded).toEqual(affiliate);
    expect(affiliateData.encode(decoded)).toEqual(encoded);
  });

  test.prop([fc.uint8Array({ maxLength: 200 })])('refuses bytes that are no affiliate with one error', (random) => {
    try {
      affiliateData.decode(random);
    } catch (error) {
      expect(error).toBeInstanceOf(MalformedMessageError);
    }
  });

  test('knows an empty part from an absent one', () => {
    const present = { ...EMPTY, controlPlane: { apiServerPort: 0 } };
    expect(affiliateData.decode(affiliateData.encode(present))).toEqual(present);
    expect(affiliateData.encode(EMPTY)).toHaveLength(0);
  });

  test('refuses text that is not UTF-8, in both directions', () => {
    const hostname = [0x1a, 0x02, 0xc3, 0x28];
    expect(() => affiliateData.decode(Uint8Array.from(hostname))).toThrow(MalformedMessageError);
    expect(() => affiliateData.encode({ ...EMPTY, hostname: '\ud800' })).toThrow(MalformedMessageError);
  });
});
