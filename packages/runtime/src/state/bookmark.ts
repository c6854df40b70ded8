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

const LENGTH = 32;

export function encodeBookmark(cookie: Bytes, kindHash: Bytes, place: BookmarkPlace): Bytes {
  const bytes = new Uint8Array(LENGTH);
  bytes.set([...cookie], 0);
  bytes.set([...kindHash], 8);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(16, BigInt(place.position));
  view.setBigInt64(24, BigInt(place.index));
  return Bytes.from(bytes);
}

/** @returns undefined if it is no bookmark of this store and kind. */
export function decodeBookmark(cookie: Bytes, kindHash: Bytes, bookmark: Bytes): BookmarkPlace | undefined {
  if (bookmark.length !== LENGTH) return undefined;
  const bytes = bookmark.toUint8Array();
  if (!Bytes.from(bytes.subarray(0, 8)).equals(cookie)) return undefined;
  if (!Bytes.from(bytes.subarray(8, 16)).equals(kindHash)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const position = Number(view.getBigUint64(16));
  const index = Number(view.getBigInt64(24));
  if (!Number.isSafeInteger(position) || !Number.isSafeInteger(index) || index < -1) return undefined;
  return { position, index };
}
