import type { KeyObject } from 'node:crypto';
import { createSecretKey } from 'node:crypto';

/** An AES key, by its length: 16, 24 or 32 bytes. Talos uses 32, the cluster's secret as it is. */
export interface AesKey {
  readonly secret: KeyObject;
  readonly bits: 128 | 192 | 256;
}

/** @throws RangeError if the key has another length */
export function aesKey(key: Uint8Array): AesKey {
  const bits = key.length * 8;
  if (bits !== 128 && bits !== 192 && bits !== 256) {
    throw new RangeError(`an AES key has 16, 24 or 32 bytes, not ${key.length}`);
  }
  return { secret: createSecretKey(key), bits };
}
