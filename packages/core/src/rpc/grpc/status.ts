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
export function errorOf({ code, details }: WireStatus, cause?: unknown): RpcError {
  const name = rpcStatusName(code);
  return new RpcError(
    name,
    details === '' ? `the call ended with ${name}` : details,
    cause === undefined ? undefined : { cause },
  );
}
