import type { Codec } from '../wire/codec.ts';
import { MalformedMessageError } from '../wire/malformed.ts';
import type { Opened } from './opened.ts';

/** The message in decrypted bytes. */
export function decodeOpened<T>(codec: Codec<T>, plaintext: Uint8Array): Opened<T> {
  try {
    return { ok: true, value: codec.decode(plaintext) };
  } catch (error) {
    if (!(error instanceof MalformedMessageError)) throw error;
    return { ok: false, failure: 'malformed', reason: error.message };
  }
}
