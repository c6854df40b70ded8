import type { ServerHttp2Stream } from 'node:http2';
import type { Grpc } from './load.ts';
import type { WireCall } from './server-call.ts';

/**
 * What grpc-js keeps below its server calls. Above it each message goes through a stream of objects, is copied, and
 * waits for the one before it to be sent; here it goes straight to HTTP/2. The library's version is exact, and every
 * test of this directory fails if another one has something else here.
 */
export interface RawCall {
  readonly stream: ServerHttp2Stream;
  /** As of the call's beginning. */
  readonly connectionInfo: { readonly remoteAddress?: string | undefined; readonly remotePort?: number | undefined };
  /** Whether headers, and trailers, were sent or are not its affair any more. */
  metadataSent: boolean;
  wantTrailers: boolean;
  sendMetadata(metadata: Grpc.Metadata): void;
}

export function rawCallOf(wire: WireCall): RawCall {
  const { call } = wire as unknown as { readonly call?: RawCall };
  if (call?.stream === undefined) throw new Error('@grpc/grpc-js has no call below its calls');
  return call;
}

/** What a gRPC client needs to see, and nothing that costs a look at the clock. */
const HEADERS = { ':status': 200, 'content-type': 'application/grpc' };
const UNTIL_TRAILERS = { waitForTrailers: true, sendDate: false };
const OK = { 'grpc-status': '0' };

/** Sends an answer and the status OK, all at once: grpc-js would wait for the one to be sent before it sends the other. */
export function sendAnswer(wire: WireCall, frame: Buffer): void {
  const call = rawCallOf(wire);
  const { stream } = call;
  if (stream.destroyed || stream.closed || call.metadataSent) return;
  // A deadline that passes now finds that everything was said.
  call.metadataSent = true;
  call.wantTrailers = true;
  stream.respond(HEADERS, UNTIL_TRAILERS);
  stream.once('wantTrailers', sendOk);
  stream.end(frame);
}

function sendOk(this: ServerHttp2Stream): void {
  this.sendTrailers(OK);
}
