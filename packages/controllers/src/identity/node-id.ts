import { CodedError } from '@cosi-ts/core';
import { Base62Error, decodeBase62, encodeBase62 } from './base62.ts';

/** How many random bytes a node id is made of. */
export const NODE_ID_BYTES = 32;

/** Text that is no node id, for example because the file that held it was cut short. */
export class NodeIdError extends CodedError {
  readonly code = 'node-id';
}

/**
 * The id of a new node.
 *
 * @param random 32 bytes from the cryptographic random source.
 * @throws RangeError when there are not 32 bytes.
 */
export function nodeIdFrom(random: Uint8Array): string {
  if (random.length !== NODE_ID_BYTES) throw new RangeError(`a node id needs 32 bytes, not ${random.length}`);
  return encodeBase62(random);
}

/**
 * The 32 bytes of a node id. The length of the text says nothing: it is 43 to 45 characters nearly always, and 52 at most.
 * What is left of an id that was cut short may decode to 32 bytes as well, but they encode to something longer.
 *
 * @throws NodeIdError when the text is not what 32 bytes are encoded to.
 */
export function nodeIdBytes(id: string): Uint8Array<ArrayBuffer> {
  const bytes = decoded(id);
  if (bytes.length !== NODE_ID_BYTES) throw new NodeIdError(`not a node id: ${bytes.length} bytes instead of 32`);
  if (encodeBase62(bytes) !== id) throw new NodeIdError('not a node id: it is incomplete');
  return bytes;
}

/**
 * The systemd machine id of a node: the first half of its id's bytes in hexadecimal.
 *
 * @throws NodeIdError as {@link nodeIdBytes} does.
 */
export function machineIdOf(id: string): string {
  return Buffer.from(nodeIdBytes(id).subarray(0, NODE_ID_BYTES / 2)).toString('hex');
}

function decoded(id: string): Uint8Array<ArrayBuffer> {
  try {
    return decodeBase62(id);
  } catch (error) {
    if (error instanceof Base62Error) throw new NodeIdError(`not a node id: ${error.message}`, { cause: error });
    throw error;
  }
}
