import { messageOf } from '../../errors/coded-error.ts';
import { RpcError, RpcStatus, rpcStatusName } from '../rpc-error.ts';

/** A status as grpc-js sends and reports it. */
export interface WireStatus {
  readonly code: number;
  readonly details: string;
}

/** Longer messages could exceed what a peer takes as headers, and would then arrive as no status at all. */
const MAX_DETAILS = 4096;

/** How a handler's failure travels: an {@link RpcError} keeps its status, anything else is `INTERNAL`. */
export function statusOf(thrown: unknown): WireStatus {
  const code = thrown instanceof RpcError ? RpcStatus[thrown.status] : RpcStatus.INTERNAL;
  // A lone surrogate makes grpc-js throw while it encodes the status, and the caller would wait for ever.
  return { code, details: messageOf(thrown).slice(0, MAX_DETAILS).toWellFormed() };
}

/** What a call that ended with a status other than OK rejects with. */
export function errorOf({ code, details }: WireStatus): RpcError {
  const name = code === RpcStatus.INTERNAL && LOST_CONNECTION.test(details) ? 'UNAVAILABLE' : rpcStatusName(code);
  return new RpcError(name, details === '' ? `the call ended with ${name}` : details);
}

/**
 * How grpc-js describes, now and then, a connection that broke under a call. It says INTERNAL, which reads as if
 * the server had failed, while trying again is all there is to do.
 */
const LOST_CONNECTION = /^Received RST_STREAM with code (?:0 |\d+ triggered by internal client error)/;
