import { Buffer } from 'node:buffer';
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { CodedError } from '@cosi-ts/core';
import type { EndpointData } from '../wire/endpoint-data.ts';
import { endpointData } from '../wire/endpoint-data.ts';
import { decodeOpened } from './decode.ts';
import { aesKey } from './key.ts';
import type { Opened } from './opened.ts';
import { undecryptable } from './opened.ts';

const BLOCK_BYTES = 16;
/** What the service accepts, hence what may be sealed: an IPv6 address, its port, and at most 9 bytes of zone. */
const SEALED_BYTES_MOST = 32;

/** An endpoint that cannot be published because its address names too long a zone. */
export class EndpointTooLongError extends CodedError {
  readonly code = 'endpoint-too-long';

  constructor(bytes: number) {
    super(`the endpoint takes ${bytes} bytes sealed, more than ${SEALED_BYTES_MOST}: its address has too long a zone`);
  }
}

/**
 * Seals endpoints so that equal ones stay equal: the service, which has no key, thereby recognises an endpoint that
 * several nodes report. Length byte, message, zeros up to whole blocks, each block by AES for itself; not authenticated.
 */
export interface EndpointCipher {
  /** @throws EndpointTooLongError if the service would refuse the result */
  readonly seal: (endpoint: EndpointData) => Uint8Array;
  /** Anything can be under an endpoint that opens, an empty address too. */
  readonly open: (sealed: Uint8Array) => Opened<EndpointData>;
}

/** @throws RangeError if the key has not 16, 24 or 32 bytes */
export function createEndpointCipher(key: Uint8Array): EndpointCipher {
  const { secret, bits } = aesKey(key);
  // Blocks are independent of each other, so one cipher object serves forever; it is never finalized and, given whole
  // blocks only, holds nothing back between calls.
  const encipher = createCipheriv(`aes-${bits}-ecb`, secret, null).setAutoPadding(false);
  const decipher = createDecipheriv(`aes-${bits}-ecb`, secret, null).setAutoPadding(false);
  return {
    seal: (endpoint) => encipher.update(pad(endpointData.encode(endpoint))),
    open: (sealed) => {
      if (sealed.length === 0) return undecryptable('no bytes');
      if (sealed.length % BLOCK_BYTES !== 0) return undecryptable(`${sealed.length} bytes are not whole blocks`);
      return unpad(decipher.update(sealed));
    },
  };
}

function pad(message: Uint8Array): Uint8Array {
  const length = Math.ceil((1 + message.length) / BLOCK_BYTES) * BLOCK_BYTES;
  if (length > SEALED_BYTES_MOST) throw new EndpointTooLongError(length);
  const padded = Buffer.alloc(length);
  padded[0] = message.length;
  padded.set(message, 1);
  return padded;
}

function unpad(padded: Uint8Array): Opened<EndpointData> {
  const length = padded[0] ?? 0;
  if (length >= padded.length) return undecryptable(`a length of ${length} does not fit ${padded.length} bytes`);
  return decodeOpened(endpointData, padded.subarray(1, 1 + length));
}
