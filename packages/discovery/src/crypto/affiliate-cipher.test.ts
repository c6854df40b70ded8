import { Buffer } from 'node:buffer';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { AffiliateData } from '../wire/affiliate-data.ts';
import { affiliateData } from '../wire/affiliate-data.ts';
import { createAffiliateCipher } from './affiliate-cipher.ts';

const KEY = Buffer.from('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 'hex');
const NONCE = Buffer.from('000102030405060708090a0b', 'hex');
const TALOS_KEY = Buffer.from('kCQsKr4B28VUl7qw1sVkTDNF9fFH++ViIuKsss+C6kc=', 'base64');

const EMPTY: AffiliateData = {
  nodeId: '',
  addresses: [],
  hostname: '',
  nodename: '',
  machineType: '',
  operatingSystem: '',
};
const SMALL: AffiliateData = {
  ...EMPTY,
  nodeId: 'node-1',
  addresses: [Uint8Array.of(10, 0, 0, 1)],
  hostname: 'host1',
  nodename: 'node1',
  machineType: 'controlplane',
};
const FULL: AffiliateData = {
  nodeId: '7x1SuC8Ege5BGXdAfTEff5iQnlWZLfv9h1LGMxA2pYkC',
  addresses: [Uint8Array.of(192, 168, 3, 4), bytes('20010db8000000000000000000000004')],
  hostname: 'foo.com',
  nodename: 'bar',
  machineType: 'controlplane',
  operatingSystem: 'Talos (v1.12.4)',
  kubeSpan: {
    publicKey: 'PLPNBddmTgHJhtw0vxltq1ZBdPP9RNOEUd5JjJZzBRY=',
    address: bytes('fd508d6042386302f85723fffe21d1e0'),
    additionalAddresses: [
      { ip: Uint8Array.of(10, 244, 3, 1), bits: 24 },
      { ip: bytes('20010db8000000000000000000000001'), bits: 64 },
    ],
    excludeAdvertisedAddresses: [{ ip: Uint8Array.of(0, 0, 0, 0), bits: 0 }],
  },
  controlPlane: { apiServerPort: 6443 },
};
const WORKER: AffiliateData = {
  ...EMPTY,
  nodeId: '7x1SuC8Ege5BGXdAfTEff5iQnlWZLfv9h1LGMxA2pYkC',
  addresses: [Uint8Array.of(192, 168, 3, 5)],
  hostname: 'some.com',
  nodename: 'some',
  machineType: 'worker',
  operatingSystem: 'test OS',
  controlPlane: { apiServerPort: 6443 },
};

describe('the affiliate cipher', () => {
  describe.each([
    {
      name: 'a small affiliate',
      key: KEY,
      affiliate: SMALL,
      plaintext: '0a066e6f64652d3112040a0000011a05686f73743122056e6f6465312a0c636f6e74726f6c706c616e65',
      sealed:
        '4d04b874a180ef2a9f459d8bb1e86268ebb9f440c1595a12570380b4376563dd6f64dc93c3b17ef91ac12318143302cd6175e3e6c31e35fc6544',
    },
    {
      name: 'everything set',
      key: KEY,
      affiliate: FULL,
      plaintext:
        '0a2c3778315375433845676535424758644166544566663569516e6c575a4c66763968314c474d78413270596b431204c0a80304121020010db80000000000000000000000041a07666f6f2e636f6d22036261722a0c636f6e74726f6c706c616e65320f54616c6f73202876312e31322e34293a680a2c504c504e4264646d5467484a6874773076786c7471315a4264505039524e4f455564354a6a4a5a7a4252593d1210fd508d6042386302f85723fffe21d1e01a080a040af4030110181a140a1020010db8000000000000000000000001104022060a0400000000420308ab32',
      sealed:
        '4d2ee163f4b6b758b504f0ee84ab3f35e797e160b51d394951368be94a334cd47729c6cde3865fe035960fb4e3c43a3c2ef1638948c683db322f2a1918e3f5eef03cc67ad3d53c667a3bc5408ce063ca3be8a8105c6f30079389eca31480d5eca59d6be9f020a475ed3c16c4795b104d94534b918bcf09ca01af198fe682035adc1a4aaec0a0fb25708d3cd00c800ea666a4da677b5ed61fe86aa21db08893acc1cea307f9029cf3c721e599dd78d1986230ebf36bb17bb661d534c470d5afe907469ada0cd06ec93756d3e6ba41d984e17ef9667d22bcfb75919ac7410a8cf2e811ab528e91f021c9ca31aa700b0d094940',
    },
    { name: 'nothing set', key: KEY, affiliate: EMPTY, plaintext: '', sealed: 'f4c2db1dc38805a37b92171c5d0a81cc' },
    {
      name: 'a worker of Talos',
      key: TALOS_KEY,
      affiliate: WORKER,
      plaintext:
        '0a2c3778315375433845676535424758644166544566663569516e6c575a4c66763968314c474d78413270596b431204c0a803051a08736f6d652e636f6d2204736f6d652a06776f726b6572320774657374204f53420308ab32',
      sealed:
        'c81f885a2e32363fff120501b2278be8889c8eff74dbbc9c02cca4bf0efbcb6b3793003fdd0286ed812cbae6107e98b2338cfe5275a2c92cf4ebdb09e298e4597f94d191e8b091d60fec62eb7f48a8008e215604286f337d5d4ca2698d5d247adf877f3ea74e1ddffc2c',
    },
  ])('vector: $name', ({ key, affiliate, plaintext, sealed }) => {
    const blob = Buffer.concat([NONCE, Buffer.from(sealed, 'hex')]);

    test('encodes', () => {
      expect(Buffer.from(affiliateData.encode(affiliate)).toString('hex')).toBe(plaintext);
    });
    test('seals', () => {
      expect(Buffer.compare(createAffiliateCipher(key).seal(affiliate, NONCE), blob)).toBe(0);
    });
    test('opens', () => {
      const opened = createAffiliateCipher(key).open(blob);
      expect(opened.ok && Buffer.from(affiliateData.encode(opened.value)).toString('hex')).toBe(plaintext);
    });
  });

  test.prop([fc.constantFrom(16, 24, 32), fc.string({ unit: 'binary' }), nonces()])(
    'opens what it sealed, with keys of any AES length',
    (keyBytes, hostname, nonce) => {
      const cipher = createAffiliateCipher(KEY.subarray(0, keyBytes));
      const opened = cipher.open(cipher.seal({ ...SMALL, hostname }, nonce));
      expect(opened.ok && opened.value.hostname).toBe(hostname);
    },
  );

  test.prop([fc.nat(), fc.integer({ min: 1, max: 255 })])('notices a change of any byte', (position, change) => {
    const cipher = createAffiliateCipher(KEY);
    const sealed = Buffer.from(cipher.seal(SMALL, NONCE));
    const at = position % sealed.length;
    sealed[at] = (sealed[at] ?? 0) ^ change;
    expect(cipher.open(sealed)).toMatchObject({ ok: false, failure: 'undecryptable' });
  });

  test.prop([fc.uint8Array({ maxLength: 100 })])('answers to random bytes with a failure', (random) => {
    expect(createAffiliateCipher(KEY).open(random)).toMatchObject({ ok: false, failure: 'undecryptable' });
  });

  test('answers to anything too short for a nonce and a tag with a failure', () => {
    for (let length = 0; length < 28; length++) {
      expect(createAffiliateCipher(KEY).open(new Uint8Array(length))).toMatchObject({ failure: 'undecryptable' });
    }
  });

  test('opens nothing of another cluster', () => {
    const sealed = createAffiliateCipher(TALOS_KEY).seal(SMALL, NONCE);
    expect(createAffiliateCipher(KEY).open(sealed)).toMatchObject({ ok: false, failure: 'undecryptable' });
  });

  test('refuses keys and nonces of other lengths', () => {
    expect(() => createAffiliateCipher(new Uint8Array(31))).toThrow(RangeError);
    expect(() => createAffiliateCipher(KEY).seal(SMALL, new Uint8Array(16))).toThrow(RangeError);
  });
});

function nonces() {
  return fc.uint8Array({ minLength: 12, maxLength: 12 });
}

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}
