import { createPrivateKey, createPublicKey, diffieHellman } from 'node:crypto';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { isWireguardKey, wireguardKeyPairFrom, wireguardPublicKey, type WireguardKeyPair } from './wireguard-key.ts';

const random = fc.uint8Array({ minLength: 32, maxLength: 32 });
const url = (base64: string) => Buffer.from(base64, 'base64').toString('base64url');

function agree(own: WireguardKeyPair, peer: WireguardKeyPair): Buffer {
  const jwk = { kty: 'OKP', crv: 'X25519' };
  return diffieHellman({
    privateKey: createPrivateKey({
      key: { ...jwk, d: url(own.privateKey), x: url(own.publicKey) },
      format: 'jwk',
    }),
    publicKey: createPublicKey({ key: { ...jwk, x: url(peer.publicKey) }, format: 'jwk' }),
  });
}

describe('a WireGuard key pair', () => {
  test('has the public key that WireGuard computes', () => {
    const publicKey = wireguardPublicKey('sF45u5ePau58WeeCUY3T8D9foEKaQ8Opx4cGC8g4XE4=');
    expect(publicKey).toBe('Oak2fBEWngBhwslBxDVgnRNHXs88OAp4kjroSX0uqUE=');
  });

  test('has the public key of RFC 7748, section 6.1', () => {
    const privateKey = Buffer.from('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a', 'hex');
    const publicKey = Buffer.from('8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a', 'hex');
    expect(wireguardPublicKey(privateKey.toString('base64'))).toBe(publicKey.toString('base64'));
    expect(wireguardKeyPairFrom(privateKey).publicKey).toBe(publicKey.toString('base64'));
  });

  test.prop([random])('is clamped, and the same when it is made from itself', (bytes) => {
    const given = Uint8Array.from(bytes);
    const pair = wireguardKeyPairFrom(bytes);
    const key = Buffer.from(pair.privateKey, 'base64');
    expect(bytes).toEqual(given);
    expect([key[0]! & 7, key[31]! & 0xc0]).toEqual([0, 0x40]);
    expect(key.subarray(1, 31)).toEqual(Buffer.from(bytes).subarray(1, 31));
    expect(wireguardKeyPairFrom(key)).toEqual(pair);
    expect(wireguardPublicKey(pair.privateKey)).toBe(pair.publicKey);
    expect([pair.privateKey, pair.publicKey].every(isWireguardKey)).toBe(true);
  });

  test.prop([random, random])('agrees with another on a secret', (a, b) => {
    const [x, y] = [wireguardKeyPairFrom(a), wireguardKeyPairFrom(b)];
    expect(agree(x, y)).toEqual(agree(y, x));
  });

  test.each([
    '',
    'sF45u5ePau58WeeCUY3T8D9foEKaQ8Opx4cGC8g4XE4',
    'sF45u5ePau58WeeCUY3T8D9foEKaQ8Opx4cGC8g4XE5=',
    'sF45u5ePau58WeeCUY3T8D9foEKaQ8Opx4cGC8g4',
    'sF45u5ePau58WeeCUY3T8D9foEKaQ8Opx4cGC8g4XE4= ',
    '_F45u5ePau58WeeCUY3T8D9foEKaQ8Opx4cGC8g4XE4=',
  ])('is not read from %j', (text) => {
    expect(isWireguardKey(text)).toBe(false);
    expect(() => wireguardPublicKey(text)).toThrow(RangeError);
  });

  test('is not made of fewer bytes', () => {
    expect(() => wireguardKeyPairFrom(new Uint8Array(31))).toThrow(RangeError);
  });
});
