import { RpcError, type RpcService, type ServerCall } from '@cosi-ts/core';

/** Streams that one caller may have open at a time, if nobody says otherwise: each may cost up to 1 MiB. */
export const MAX_STREAMS = 4096;

/**
 * Services of which one caller cannot have more than so many streams open at a time: one with a certificate on all of
 * its connections, all others together.
 */
export function limitStreams(services: readonly RpcService[], max = MAX_STREAMS): readonly RpcService[] {
  const open = new Map<string, number>();
  const limited =
    <R, A extends unknown[]>(handler: (request: R, call: ServerCall, ...rest: A) => Promise<void>) =>
    async (request: R, call: ServerCall, ...rest: A): Promise<void> => {
      const caller = call.fingerprint ?? '';
      const count = open.get(caller) ?? 0;
      if (count >= max) throw new RpcError('RESOURCE_EXHAUSTED', `at most ${max} streams may be open at a time`);
      open.set(caller, count + 1);
      try {
        await handler(request, call, ...rest);
      } finally {
        const left = (open.get(caller) ?? 1) - 1;
        if (left === 0) open.delete(caller);
        else open.set(caller, left);
      }
    };
  return services.map(({ name, unary, streams, dialogs }) => ({
    name,
    unary,
    streams: new Map([...streams].map(([method, handler]) => [method, limited(handler)])),
    dialogs: dialogs && new Map([...dialogs].map(([method, handler]) => [method, limited(handler)])),
  }));
}
