import { FRAME_HEAD, writeFrameHead } from '../message-space.ts';

const known = new WeakMap<Uint8Array, Buffer>();

/** A message as it travels, made once however many streams it is sent to. */
export function framed(message: Uint8Array): Buffer {
  const found = frameAround(message) ?? known.get(message);
  if (found !== undefined) return found;
  const frame = written(Buffer.allocUnsafeSlow(FRAME_HEAD + message.length), message);
  known.set(message, frame);
  return frame;
}

/** A message that is sent to one caller alone. */
export function frameOnce(message: Uint8Array): Buffer {
  if (message.length === 0) return EMPTY;
  return frameAround(message) ?? written(Buffer.allocUnsafe(FRAME_HEAD + message.length), message);
}

/** The beginning of a message of which `left` more bytes follow. */
export function frameStart(part: Uint8Array, left: number): Buffer {
  return written(Buffer.allocUnsafe(FRAME_HEAD + part.length), part, part.length + left);
}

/** The frame that a message lies in, if what is before it is just what has to be sent before it: see `messageSpace`. */
function frameAround({ buffer, byteOffset, length }: Uint8Array): Buffer | undefined {
  if (byteOffset < FRAME_HEAD) return undefined;
  const frame = Buffer.from(buffer, byteOffset - FRAME_HEAD, FRAME_HEAD + length);
  return frame[0] === 0 && frame.readUInt32BE(1) === length ? frame : undefined;
}

const EMPTY: Buffer = Buffer.alloc(FRAME_HEAD);

function written(frame: Buffer, message: Uint8Array, length = message.length): Buffer {
  writeFrameHead(frame, length);
  frame.set(message, FRAME_HEAD);
  return frame;
}
