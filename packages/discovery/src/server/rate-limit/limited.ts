import {
  RateLimiter,
  RpcError,
  sleep,
  type Host,
  type RateLimiterOptions,
  type RpcService,
  type ServerCall,
} from '@cosi-ts/core';
import { wrapHandlers } from '../calls/wrap-handlers.ts';
import type { CallOrigin, ClientIp } from '../client-ip.ts';

/**
 * The service with a limit on the calls of each address. A call above it waits for its turn, unless its deadline comes
 * first: then it is refused at once. Calls without an address, as on a unix socket, are not limited.
 */
export function limited(
  service: RpcService,
  host: Host,
  clientIp: (call: CallOrigin) => ClientIp | undefined,
  limits: RateLimiterOptions,
): RpcService {
  const limiter = new RateLimiter(limits);
  const admit = (call: ServerCall): Promise<void> | undefined => {
    const key = clientIp(call)?.key;
    if (key === undefined) return undefined;
    const wait = limiter.take(key, host.clock.monotonic(), call.timeLeft);
    if (wait === undefined) throw tooMany();
    return wait === 0 ? undefined : waitFor(wait, key, call.signal);
  };
  const waitFor = async (wait: number, key: string, signal: AbortSignal): Promise<void> => {
    try {
      await sleep(host.timers, wait, signal);
    } catch {
      limiter.giveBack(key, host.clock.monotonic());
      throw tooMany();
    }
  };
  return wrapHandlers(service, () => (call, handle) => {
    const turn = admit(call);
    return turn === undefined ? handle() : turn.then(handle);
  });
}

function tooMany(): RpcError {
  return new RpcError('RESOURCE_EXHAUSTED', 'too many calls from this address');
}
