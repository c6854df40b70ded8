import { CLUSTER_SECRET_BYTES } from '../secret.ts';
import { contractOf } from './talos-version.ts';

const CLUSTER_ID_BYTES = 32;

/**
 * The id of a new cluster, which is what a discovery service knows it by.
 *
 * @param random 32 bytes from the cryptographic random source.
 * @param talosVersion Before v1.14 ids are written in the URL-safe alphabet, since then in the standard one.
 * @throws RangeError when there are not 32 bytes, or the version is none.
 */
export function clusterIdFrom(random: Uint8Array, talosVersion?: string): string {
  if (random.length !== CLUSTER_ID_BYTES) throw new RangeError(`a cluster id needs 32 bytes, not ${random.length}`);
  const text = Buffer.from(random).toString('base64');
  return contractOf(talosVersion).documents ? text : text.replaceAll('+', '-').replaceAll('/', '_');
}

/**
 * The secret of a new cluster, which its nodes share and nobody else has.
 *
 * @param random 32 bytes from the cryptographic random source.
 * @throws RangeError when there are not 32 bytes.
 */
export function clusterSecretFrom(random: Uint8Array): string {
  if (random.length !== CLUSTER_SECRET_BYTES)
    throw new RangeError(`a cluster secret needs 32 bytes, not ${random.length}`);
  return Buffer.from(random).toString('base64');
}
