import type { RpcService, RpcSink, ServerCall } from '@cosi-ts/core';

/** Something around the calls of one method: `handle` goes on, and gives or throws at once or later. */
export interface Around {
  <T>(call: ServerCall, handle: () => T | Promise<T>): T | Promise<T>;
}

/** The service with something around each of its calls, and optionally something else in place of their sinks. */
export function wrapHandlers(
  { name, unary, streams }: RpcService,
  aroundOf: (method: string, isStream: boolean) => Around,
  wrapSink: (method: string, sink: RpcSink) => RpcSink = (_, sink) => sink,
): RpcService {
  return {
    name,
    unary: new Map(
      Array.from(unary, ([method, handler]) => {
        const around = aroundOf(method, false);
        return [method, (request, call) => around(call, () => handler(request, call))];
      }),
    ),
    streams: new Map(
      Array.from(streams, ([method, handler]) => {
        const around = aroundOf(method, true);
        return [
          method,
          async (request, call, sink) => around(call, () => handler(request, call, wrapSink(method, sink))),
        ];
      }),
    ),
  };
}

/** Runs it and tells how it ended, in the same turn if it ends in the same turn: most calls do. */
export function observing<T>(
  handle: () => T | Promise<T>,
  succeeded: () => void,
  failed: (error: unknown) => void,
): T | Promise<T> {
  let result: T | Promise<T>;
  try {
    result = handle();
  } catch (error) {
    failed(error);
    throw error;
  }
  if (!(result instanceof Promise)) {
    succeeded();
    return result;
  }
  return result.then(
    (value) => {
      succeeded();
      return value;
    },
    (error: unknown) => {
      failed(error);
      throw error;
    },
  );
}
