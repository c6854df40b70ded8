/** What gRPC writes before a message: whether it is compressed, and its length. */
const HEAD = 5;

const known = new WeakMap<Uint8Array, Buffer>();

/** A message as it travels, made once however many streams it is sent to. */
export function framed(message: Uint8Array): Buffer {
  const found = known.get(message);
  if (found !== undefined) return found;
  const frame = written(Buffer.allocUnsafeSlow(HEAD + message.length), message);
  known.set(message, frame);
  return frame;
}

/** A message that is sent to one caller alone. */
export function frameOnce(message: Uint8Array): Buffer {
  return message.length === 0 ? EMPTY : written(Buffer.allocUnsafe(HEAD + message.length), message);
}

/** The beginning of a message of which `left` more bytes follow. */
export function frameStart(part: Uint8Array, left: number): Buffer {
  return written(Buffer.allocUnsafe(HEAD + part.length), part, part.length + left);
}

const EMPTY: Buffer = Buffer.alloc(HEAD);

function written(frame: Buffer, message: Uint8Array, length = message.length): Buffer {
  frame[0] = 0;
  frame.writeUInt32BE(length, 1);
  frame.set(message, HEAD);
  return frame;
}
