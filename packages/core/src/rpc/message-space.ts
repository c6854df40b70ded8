/** What gRPC writes before a message: whether it is compressed, and its length. */
export const FRAME_HEAD = 5;

/** Bytes that are taken from the system at a time: each piece costs it some hundred bytes of its own. */
const SLAB = 64 * 1024;

let slab: Buffer = Buffer.alloc(0);
let used = 0;

/**
 * Room for a message that is sent, behind room for what gRPC writes before it: such a message travels as it lies here,
 * without being copied, to however many. Small ones share their memory with others that are made at about the same time.
 */
export function messageSpace(length: number): Uint8Array {
  const needed = FRAME_HEAD + length;
  if (needed > SLAB / 4) return behindHead(Buffer.allocUnsafeSlow(needed), length);
  if (used + needed > slab.length) {
    slab = Buffer.allocUnsafeSlow(SLAB);
    used = 0;
  }
  const space = slab.subarray(used, used + needed);
  used += needed;
  return behindHead(space, length);
}

function behindHead(space: Buffer, length: number): Uint8Array {
  writeFrameHead(space, length);
  // Not a Buffer, whose `slice` shares what it is of.
  return new Uint8Array(space.buffer, space.byteOffset + FRAME_HEAD, length);
}

export function writeFrameHead(frame: Buffer, length: number): void {
  frame[0] = 0;
  frame.writeUInt32BE(length, 1);
}
