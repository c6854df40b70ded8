import type { Socket } from 'node:net';

/** What every connection of HTTP/2 begins with. */
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/** Milliseconds in which a connection must show what it speaks. */
const PATIENCE = 10_000;

/** Hands a plain connection on by its first bytes, which the one who gets it still reads. */
export function byPreface(socket: Socket, http2: (socket: Socket) => void, other: (socket: Socket) => void): void {
  const onSilence = (): void => void socket.destroy();
  const onError = (): void => void socket.destroy();
  // Nothing more will come.
  const onEnd = (): void => void socket.destroy();
  let start = Buffer.alloc(0);
  const onReadable = (): void => {
    const piece = socket.read() as Buffer | null;
    if (piece === null) return;
    start = Buffer.concat([start, piece]);
    const isHttp2 = start.subarray(0, PREFACE.length).equals(PREFACE.subarray(0, start.length));
    // Not put back before it is known who reads it: that would call here again at once.
    if (isHttp2 && start.length < PREFACE.length) return;
    socket.off('readable', onReadable).off('timeout', onSilence).off('error', onError).off('end', onEnd).setTimeout(0);
    socket.unshift(start);
    (isHttp2 ? http2 : other)(socket);
  };
  socket.setTimeout(PATIENCE).on('readable', onReadable).on('timeout', onSilence).on('error', onError).on('end', onEnd);
}
