import { Bytes } from '@cosi-ts/core';

/**
 * A place in a store's history: which store, which kind, behind which commit and which of its changes. 32 bytes,
 * opaque to users: 8 of the store's cookie, 8 of the kind's hash, then position and index as big-endian numbers.
 */
export interface BookmarkPlace {
  readonly position: number;
  /** The last change seen of that commit; -1 for none of the kind's. */
  readonly index: number;
}

const PREFIX = 16;
const LENGTH = 32;

/** @param prefix the store's cookie and the kind's hash. */
export function encodeBookmark(prefix: Bytes, place: BookmarkPlace): Bytes {
  const bytes = new Uint8Array(LENGTH);
  bytes.set(prefix.toUint8Array(), 0);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(PREFIX, BigInt(place.position));
  view.setBigInt64(PREFIX + 8, BigInt(place.index));
  return Bytes.from(bytes);
}

/** @returns undefined if it is no bookmark of this store and kind. */
export function decodeBookmark(prefix: Bytes, bookmark: Bytes): BookmarkPlace | undefined {
  if (bookmark.length !== LENGTH) return undefined;
  const bytes = bookmark.toUint8Array();
  if (!Bytes.from(bytes.subarray(0, PREFIX)).equals(prefix)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const position = Number(view.getBigUint64(PREFIX));
  const index = Number(view.getBigInt64(PREFIX + 8));
  if (!Number.isSafeInteger(position) || !Number.isSafeInteger(index) || index < -1) return undefined;
  return { position, index };
}
