import { Bytes } from '@cosi-ts/core';

/** The length of a cluster secret. */
export const CLUSTER_SECRET_BYTES = 32;

/**
 * What is wrong with the secret of a cluster, without showing it; undefined when nothing is.
 * It is 32 bytes in base64 with the standard alphabet and padding.
 */
export function secretFault(secret: string): string | undefined {
  const bytes = Bytes.fromBase64(secret);
  if (bytes === undefined) {
    return `failed to decode from base64: illegal base64 data at input byte ${illegalByte(secret)}`;
  }
  if (bytes.length === CLUSTER_SECRET_BYTES) return undefined;
  return `expected 32 bytes, got ${bytes.length}: a cluster secret is 32 random bytes in standard base64`;
}

function illegalByte(text: string): number {
  const legal = /^[A-Za-z0-9+/]*/.exec(text)?.[0].length ?? 0;
  // Four characters stand for three bytes, so padding has its place at the end of the last four only.
  return legal % 4 > 1 && /^={1,2}$/.test(text.slice(legal)) ? text.length : legal;
}
