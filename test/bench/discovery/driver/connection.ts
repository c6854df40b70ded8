import { connect, type Socket } from 'node:net';

// As much of HTTP/2 as a load driver needs: requests whose bytes were made before, and answers of which only the gRPC
// messages are looked at. The service under test shares the machine with whoever asks, so asking has to be cheap.

/** What comes back on a stream. */
export interface StreamReader {
  /** One gRPC message; a view that is only good until this returns. */
  message(bytes: Buffer): void;
  /** The stream is over; whether with a status that was sent, and not by a reset or a lost connection. */
  end(isClean: boolean): void;
}

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');
const DATA = 0;
const HEADERS = 1;
const RST_STREAM = 3;
const SETTINGS = 4;
const PING = 6;
const WINDOW_UPDATE = 8;
const END_STREAM = 1;
const ACK = 1;
const END_HEADERS = 4;
const PADDED = 8;
/** What a receiver grants by default, a stream and a connection. */
const WINDOW = 65_535;
const FRAME_HEAD = 9;
const MESSAGE_HEAD = 5;
const EMPTY: Buffer = Buffer.alloc(0);

interface Stream {
  readonly reader: StreamReader;
  /** The beginning of a message whose rest has not come, in pieces, and how many bytes are still missing at least. */
  pending: Buffer[];
  missing: number;
  /** Taken, but not granted again. */
  consumed: number;
}

export class Connection {
  /** Bytes received so far. */
  received = 0;
  isClosed = false;
  readonly #socket: Socket;
  readonly #streams = new Map<number, Stream>();
  #next = 1;
  #rest: Buffer = EMPTY;
  #consumed = 0;
  #isCorked = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      const open = [...this.#streams.values()];
      this.#streams.clear();
      this.isClosed = true;
      for (const { reader } of open) reader.end(false);
    });
    socket.write(Buffer.concat([PREFACE, frame(SETTINGS, 0, 0, EMPTY)]));
  }

  static open(address: string): Promise<Connection> {
    const { hostname, port } = new URL(`http://${address}`);
    return new Promise((resolve, reject) => {
      const socket = connect({ host: hostname, port: Number(port), noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new Connection(socket));
      });
    });
  }

  /** @param head a header block, as `headersOf` makes it */
  call(head: Buffer, message: Uint8Array, reader: StreamReader): void {
    const id = this.#next;
    this.#next += 2;
    this.#streams.set(id, { reader, pending: [], missing: 0, consumed: 0 });
    const bytes = Buffer.allocUnsafe(2 * FRAME_HEAD + head.length + MESSAGE_HEAD + message.length);
    writeHead(bytes, 0, head.length, HEADERS, END_HEADERS, id);
    bytes.set(head, FRAME_HEAD);
    const at = FRAME_HEAD + head.length;
    writeHead(bytes, at, MESSAGE_HEAD + message.length, DATA, END_STREAM, id);
    bytes[at + FRAME_HEAD] = 0;
    bytes.writeUInt32BE(message.length, at + FRAME_HEAD + 1);
    bytes.set(message, at + FRAME_HEAD + MESSAGE_HEAD);
    this.#write(bytes);
  }

  /** Sends one request and waits for its one message. @throws Error if it is refused */
  unary(head: Buffer, message: Uint8Array): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      let answer: Buffer | undefined;
      this.call(head, message, {
        message: (bytes) => (answer = Buffer.from(bytes)),
        end: () => (answer === undefined ? reject(new Error('refused')) : resolve(answer)),
      });
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Everything of one turn goes out together. */
  #write(bytes: Buffer): void {
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.#socket.cork();
      process.nextTick(() => {
        this.#isCorked = false;
        this.#socket.uncork();
      });
    }
    this.#socket.write(bytes);
  }

  #onData(chunk: Buffer): void {
    this.received += chunk.length;
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (bytes.length - at >= FRAME_HEAD) {
      const end = at + FRAME_HEAD + bytes.readUIntBE(at, 3);
      if (end > bytes.length) break;
      this.#onFrame(
        bytes[at + 3] ?? 0,
        bytes[at + 4] ?? 0,
        bytes.readUInt32BE(at + 5),
        bytes.subarray(at + FRAME_HEAD, end),
      );
      at = end;
    }
    this.#rest = at === bytes.length ? EMPTY : bytes.subarray(at);
  }

  #onFrame(type: number, flags: number, id: number, payload: Buffer): void {
    if (type === DATA) this.#onMessagePart(id, flags, payload);
    else if (type === HEADERS && (flags & END_STREAM) !== 0) this.#end(id, true);
    else if (type === RST_STREAM) this.#end(id, false);
    else if (type === SETTINGS && (flags & ACK) === 0) this.#write(frame(SETTINGS, ACK, 0, EMPTY));
    else if (type === PING && (flags & ACK) === 0) this.#write(frame(PING, ACK, 0, Buffer.from(payload)));
  }

  #onMessagePart(id: number, flags: number, payload: Buffer): void {
    this.#consumed = this.#grant(0, this.#consumed + payload.length);
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    stream.consumed = this.#grant(id, stream.consumed + payload.length);
    const part = (flags & PADDED) === 0 ? payload : payload.subarray(1, payload.length - (payload[0] ?? 0));
    stream.missing -= part.length;
    if (stream.missing > 0) stream.pending.push(Buffer.from(part));
    else takeMessages(stream, part);
    if ((flags & END_STREAM) !== 0) this.#end(id, true);
  }

  /** Gives back what was taken once it is half a window. @returns what is left to give back */
  #grant(id: number, consumed: number): number {
    if (consumed < WINDOW / 2) return consumed;
    const increment = Buffer.allocUnsafe(4);
    increment.writeUInt32BE(consumed);
    this.#write(frame(WINDOW_UPDATE, 0, id, increment));
    return 0;
  }

  #end(id: number, isClean: boolean): void {
    const stream = this.#streams.get(id);
    this.#streams.delete(id);
    stream?.reader.end(isClean);
  }
}

/** Tells of the messages that are complete by now. */
function takeMessages(stream: Stream, part: Buffer): void {
  const bytes = stream.pending.length === 0 ? part : Buffer.concat([...stream.pending, part]);
  let at = 0;
  let needed = MESSAGE_HEAD;
  while (bytes.length - at >= MESSAGE_HEAD) {
    needed = MESSAGE_HEAD + bytes.readUInt32BE(at + 1);
    if (at + needed > bytes.length) break;
    stream.reader.message(bytes.subarray(at + MESSAGE_HEAD, at + needed));
    at += needed;
    needed = MESSAGE_HEAD;
  }
  // A copy: otherwise a few bytes would keep what came with them.
  stream.pending = at === bytes.length ? [] : [Buffer.from(bytes.subarray(at))];
  stream.missing = at === bytes.length ? 0 : needed - (bytes.length - at);
}

/** The header block of a gRPC request: literals, which leave no state behind. */
export function headersOf(path: string, metadata: Readonly<Record<string, string>> = {}): Buffer {
  const headers = {
    ':method': 'POST',
    ':scheme': 'http',
    ':path': path,
    ':authority': 'bench',
    'content-type': 'application/grpc',
    te: 'trailers',
    ...metadata,
  };
  const pieces = Object.entries(headers).flatMap(([name, value]) => [[0, name.length], name, [value.length], value]);
  return Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : Buffer.from(piece))));
}

function frame(type: number, flags: number, id: number, payload: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(FRAME_HEAD + payload.length);
  writeHead(bytes, 0, payload.length, type, flags, id);
  bytes.set(payload, FRAME_HEAD);
  return bytes;
}

function writeHead(bytes: Buffer, at: number, length: number, type: number, flags: number, id: number): void {
  bytes.writeUIntBE(length, at, 3);
  bytes[at + 3] = type;
  bytes[at + 4] = flags;
  bytes.writeUInt32BE(id, at + 5);
}
