import { createRequire } from 'node:module';
import type * as Grpc from '@grpc/grpc-js';

export type { Grpc };

/** A client call below grpc-js's own streams: one message is read for each `startRead`. */
export type RawCall = ReturnType<Grpc.ChannelInterface['createCall']>;

let loaded: typeof Grpc | undefined;

/** Loads grpc-js at the first connect or listen: it takes longer to load than everything else together. */
export function loadGrpc(): typeof Grpc {
  loaded ??= createRequire(import.meta.url)('@grpc/grpc-js') as typeof Grpc;
  return loaded;
}

/** Ends a call from our side; its status arrives like any other. */
export function cancelCall(call: RawCall, why: string): void {
  call.cancelWithStatus(loadGrpc().status.CANCELLED, why);
}
