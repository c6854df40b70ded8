import { createPrivateKey, createPublicKey } from 'node:crypto';

/** A WireGuard key pair, both halves in standard base64 (44 characters). */
export interface WireguardKeyPair {
  readonly privateKey: string;
  readonly publicKey: string;
}

/** How many bytes a WireGuard key has. */
export const WIREGUARD_KEY_BYTES = 32;

/**
 * A new key pair for Curve25519 (RFC 7748), the private key clamped as WireGuard stores it.
 *
 * @param random 32 bytes from the cryptographic random source.
 * @throws RangeError when there are not 32 bytes.
 */
export function wireguardKeyPairFrom(random: Uint8Array): WireguardKeyPair {
  if (random.length !== WIREGUARD_KEY_BYTES) throw new RangeError(`a key needs 32 bytes, not ${random.length}`);
  const key = Uint8Array.from(random);
  key[0] = (key[0] as number) & 0xf8;
  key[31] = ((key[31] as number) & 0x7f) | 0x40;
  return { privateKey: Buffer.from(key).toString('base64'), publicKey: derivePublicKey(key) };
}

/**
 * The public key of a private one.
 *
 * @throws RangeError when the text is not the base64 of 32 bytes; the text is not repeated, being a secret.
 */
export function wireguardPublicKey(privateKey: string): string {
  const key = Buffer.from(privateKey, 'base64');
  if (!isWireguardKey(privateKey)) throw new RangeError('not a WireGuard key: expected the base64 of 32 bytes');
  return derivePublicKey(key);
}

/** Whether the text is the standard base64 of 32 bytes. */
export function isWireguardKey(text: string): boolean {
  const key = Buffer.from(text, 'base64');
  return key.length === WIREGUARD_KEY_BYTES && key.toString('base64') === text;
}

/** What precedes the 32 bytes of an X25519 private key in PKCS #8 (RFC 8410). */
const PKCS8_PREFIX = '302e020100300506032b656e04220420';
/** How many bytes precede the key in the SubjectPublicKeyInfo of an X25519 public key. */
const SPKI_PREFIX_BYTES = 12;

function derivePublicKey(privateKey: Uint8Array): string {
  const pkcs8 = Buffer.concat([Buffer.from(PKCS8_PREFIX, 'hex'), privateKey]);
  const publicKey = createPublicKey(createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }));
  return publicKey.export({ format: 'der', type: 'spki' }).subarray(SPKI_PREFIX_BYTES).toString('base64');
}
