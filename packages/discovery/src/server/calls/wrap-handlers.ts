import type { RpcService, RpcSink, ServerCall } from '@cosi-ts/core';

/** Does something around a call; `handle` goes on with it, and rejects if it fails. */
export type Around = <T>(call: ServerCall, handle: () => Promise<T>) => Promise<T>;

/** The service with something around each of its calls, and optionally something else in place of their sinks. */
export function wrapHandlers(
  { name, unary, streams }: RpcService,
  around: Around,
  wrapSink: (call: ServerCall, sink: RpcSink) => RpcSink = (_, sink) => sink,
): RpcService {
  return {
    name,
    unary: new Map(
      Array.from(unary, ([method, handler]) => [
        method,
        async (request, call) => around(call, () => handler(request, call)),
      ]),
    ),
    streams: new Map(
      Array.from(streams, ([method, handler]) => [
        method,
        async (request, call, sink) => around(call, () => handler(request, call, wrapSink(call, sink))),
      ]),
    ),
  };
}
