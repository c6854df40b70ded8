import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { Random } from '@cosi-ts/core';

/** What the web's cryptography calls the algorithm that a key signs with. */
export interface SigningAlgorithm {
  readonly name: string;
  readonly namedCurve?: string;
  readonly hash?: string;
}

/** A new Ed25519 key, the kind that Talos uses everywhere. */
export function newKey(random: Random): KeyObject {
  return createPrivateKey({
    key: Buffer.concat([Buffer.from(PKCS8_PREFIX, 'hex'), random.bytes(32)]),
    format: 'der',
    type: 'pkcs8',
  });
}

/** What precedes the 32 bytes of an Ed25519 private key in PKCS #8 (RFC 8410). */
const PKCS8_PREFIX = '302e020100300506032b657004220420';

/** A private key from PEM. Talos gives it a heading of its own (`ED25519 PRIVATE KEY`). @throws Error if it is none. */
export function parseKey(pem: string): KeyObject {
  return createPrivateKey(pem.replace(/(-----(?:BEGIN|END) )ED25519 (PRIVATE KEY-----)/g, '$1$2'));
}

export function keyPem(key: KeyObject): string {
  return key.export({ format: 'pem', type: 'pkcs8' }).toString();
}

/** @throws TypeError for a kind of key that we do not sign with */
export function signingAlgorithm({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): SigningAlgorithm {
  if (asymmetricKeyType === 'ed25519') return { name: 'Ed25519' };
  if (asymmetricKeyType === 'rsa') return { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const namedCurve = CURVES[asymmetricKeyDetails?.namedCurve ?? ''];
  if (namedCurve !== undefined) return { name: 'ECDSA', namedCurve, hash: 'SHA-256' };
  throw new TypeError(`nothing is signed with a key of the kind ${String(asymmetricKeyType)}`);
}

const CURVES: Readonly<Record<string, string>> = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' };

/** The two halves as the X.509 library takes them. */
export function cryptoKeys(key: KeyObject) {
  const algorithm = signingAlgorithm(key);
  return {
    privateKey: key.toCryptoKey(algorithm, false, ['sign']),
    publicKey: createPublicKey(key).toCryptoKey(algorithm, true, ['verify']),
  };
}
