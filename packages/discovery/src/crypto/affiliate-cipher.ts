import { Buffer } from 'node:buffer';
import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { AffiliateData } from '../wire/affiliate-data.ts';
import { affiliateData } from '../wire/affiliate-data.ts';
import { decodeOpened } from './decode.ts';
import type { AesKey } from './key.ts';
import { aesKey } from './key.ts';
import type { Opened } from './opened.ts';
import { undecryptable } from './opened.ts';

/** Bytes of the nonce that {@link AffiliateCipher.seal} takes. */
export const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Seals what a node says about itself: nonce, AES-GCM ciphertext, tag, and nothing authenticated beside it. */
export interface AffiliateCipher {
  /**
   * @param nonce - 12 random bytes, never used twice under this key; the result contains them
   * @throws MalformedMessageError if a text holds a lone surrogate
   */
  readonly seal: (affiliate: AffiliateData, nonce: Uint8Array) => Uint8Array;
  /** Nothing binds the sealed bytes to an affiliate's id: compare the `nodeId` inside with the id they came under. */
  readonly open: (sealed: Uint8Array) => Opened<AffiliateData>;
}

/** @throws RangeError if the key has not 16, 24 or 32 bytes */
export function createAffiliateCipher(key: Uint8Array): AffiliateCipher {
  const aes = aesKey(key);
  return {
    seal: (affiliate, nonce) => encrypt(aes, affiliateData.encode(affiliate), nonce),
    open: (sealed) => {
      const plaintext = decrypt(aes, sealed);
      return plaintext === undefined
        ? undecryptable('not sealed with the secret of this cluster')
        : decodeOpened(affiliateData, plaintext);
    },
  };
}

function encrypt({ secret, bits }: AesKey, plaintext: Uint8Array, nonce: Uint8Array): Uint8Array {
  if (nonce.length !== NONCE_BYTES) throw new RangeError(`a nonce has ${NONCE_BYTES} bytes, not ${nonce.length}`);
  const cipher = createCipheriv(`aes-${bits}-gcm`, secret, nonce, { authTagLength: TAG_BYTES });
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

function decrypt({ secret, bits }: AesKey, sealed: Uint8Array): Uint8Array | undefined {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const tagStart = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv(`aes-${bits}-gcm`, secret, sealed.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAuthTag(sealed.subarray(tagStart));
  const plaintext = decipher.update(sealed.subarray(NONCE_BYTES, tagStart));
  try {
    decipher.final();
  } catch {
    return undefined;
  }
  return plaintext;
}
