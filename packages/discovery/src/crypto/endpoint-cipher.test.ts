import { Buffer } from 'node:buffer';
import { createCipheriv } from 'node:crypto';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { endpointData } from '../wire/endpoint-data.ts';
import { createEndpointCipher, EndpointTooLongError } from './endpoint-cipher.ts';

const KEY = Buffer.from('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 'hex');
const TALOS_KEY = Buffer.from('kCQsKr4B28VUl7qw1sVkTDNF9fFH++ViIuKsss+C6kc=', 'base64');
const DB8_1 = '20010db8000000000000000000000001';
const ANY_IPV6 = '0'.repeat(32);

describe('the endpoint cipher', () => {
  test.each([
    { key: KEY, ip: '01020304', port: 5678, message: '0a040102030410ae2c', sealed: 'bc149092d77478cece8809c3e0153800' },
    {
      key: KEY,
      ip: '0a000002',
      port: 51820,
      message: '0a040a00000210ec9403',
      sealed: '45c55198f8ad5b07dd423e192f7e13e8',
    },
    { key: KEY, ip: '00000000', port: 10, message: '0a0400000000100a', sealed: '4befd06f1894e54e12162b6456a4e48a' },
    { key: KEY, ip: '0a000002', port: 0, message: '0a040a000002', sealed: '372af0d8c0aa15d00acb2e4274f58be3' },
    {
      key: KEY,
      ip: DB8_1,
      port: 51820,
      message: `0a10${DB8_1}10ec9403`,
      sealed: 'e2702633ca89239d5ee036a316dde237d604c19a74d2f45c1e624c2d38c4cca0',
    },
    {
      key: KEY,
      ip: ANY_IPV6,
      port: 100,
      message: `0a10${ANY_IPV6}1064`,
      sealed: '51192ce0dc4363d19fd0092a99ede3858c2933d882610bc5655274c10966add9',
    },
    { key: KEY, ip: '', port: 0, message: '', sealed: 'f29000b62a499fd0a9f39a6add2e7780' },
    {
      key: TALOS_KEY,
      ip: '0a000002',
      port: 51820,
      message: '0a040a00000210ec9403',
      sealed: 'b0923fefb589d66d1fb3fb962e3fdb95',
    },
    {
      key: TALOS_KEY,
      ip: 'c0a80305',
      port: 51820,
      message: '0a04c0a8030510ec9403',
      sealed: 'e315ed449f29c19c54b86be962c894ff',
    },
    {
      key: TALOS_KEY,
      ip: '01010101',
      port: 343,
      message: '0a040101010110d702',
      sealed: '0011b758340bd09b3fbffaf665c80dee',
    },
    {
      key: TALOS_KEY,
      ip: '20010123456700000000000000000001',
      port: 51820,
      message: '0a102001012345670000000000000000000110ec9403',
      sealed: 'a7ca9a9e0633a20f69ac4e97386b1360800787ecaeae371ce398cc74c3b95fa6',
    },
  ])('vector: $ip port $port', ({ key, ip, port, message, sealed }) => {
    const cipher = createEndpointCipher(key);
    const endpoint = { ip: Buffer.from(ip, 'hex'), port };
    expect(hex(endpointData.encode(endpoint))).toBe(message);
    expect(hex(cipher.seal(endpoint))).toBe(sealed);
    const opened = cipher.open(Buffer.from(sealed, 'hex'));
    expect(opened.ok && { ip: hex(opened.value.ip), port: opened.value.port }).toEqual({ ip, port });
  });

  test.prop([fc.constantFrom(16, 24, 32), fc.array(endpoints(), { maxLength: 10 })])(
    'opens what it sealed, and equal endpoints are equal sealed, whatever came before',
    (keyBytes, all) => {
      const key = KEY.subarray(0, keyBytes);
      const cipher = createEndpointCipher(key);
      for (const endpoint of all) {
        const sealed = cipher.seal(endpoint);
        expect(hex(sealed)).toBe(hex(createEndpointCipher(key).seal(endpoint)));
        const opened = cipher.open(sealed);
        expect(opened.ok && hex(opened.value.ip)).toBe(hex(endpoint.ip));
        expect(opened.ok && opened.value.port).toBe(endpoint.port);
      }
    },
  );

  test.prop([fc.array(fc.uint8Array({ maxLength: 70 }), { maxLength: 5 }), endpoints()])(
    'answers to random bytes without an exception, and still opens the next endpoint',
    (randoms, endpoint) => {
      const cipher = createEndpointCipher(KEY);
      for (const random of randoms) {
        const { ok } = cipher.open(random);
        if (random.length === 0 || random.length % 16 !== 0) expect(ok).toBe(false);
      }
      expect(cipher.open(cipher.seal(endpoint)).ok).toBe(true);
    },
  );

  test.prop([
    fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(15, 16, 17)),
    fc.constantFrom(16, 32, 48, 256),
  ])('opens only where the length byte fits', (length, size) => {
    const padded = Buffer.alloc(size);
    padded[0] = length;
    const opened = createEndpointCipher(KEY).open(ecb(padded));
    expect(opened.ok || opened.failure).toBe(length === 0 ? true : length < size ? 'malformed' : 'undecryptable');
  });

  test('has room for a zone of nine bytes and no more', () => {
    const cipher = createEndpointCipher(KEY);
    const zoned = (zone: string) => ({
      ip: Buffer.concat([Buffer.from(DB8_1, 'hex'), Buffer.from(zone)]),
      port: 51820,
    });
    expect(cipher.seal(zoned('wlp0s20f3'))).toHaveLength(32);
    expect(() => cipher.seal(zoned('wlp0s20f3a'))).toThrow(EndpointTooLongError);
    expect(() => cipher.seal(zoned('z'.repeat(300)))).toThrow(EndpointTooLongError);
  });
});

function endpoints() {
  return fc.record({
    ip: fc.oneof(
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
      fc.constant(new Uint8Array(0)),
    ),
    port: fc.nat(65535),
  });
}

function ecb(padded: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-256-ecb', KEY, null).setAutoPadding(false);
  return Buffer.concat([cipher.update(padded), cipher.final()]);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
