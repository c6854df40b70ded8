import { messageOf, type Host, type RpcService } from '@cosi-ts/core';
import { wrapHandlers } from '../calls/wrap-handlers.ts';
import { statusOf } from './observed.ts';

/**
 * The service, with a line in the log for each call when it ends: what callers did wrong is worth knowing, and all the
 * rest only to somebody who looks closely.
 */
export function logged(service: RpcService, { log, clock }: Host): RpcService {
  return wrapHandlers(service, async (call, handle) => {
    const start = clock.monotonic();
    const fields = () => ({ peer: call.peer, millis: Math.round(clock.monotonic() - start) });
    try {
      const answer = await handle();
      log.debug(call.method, { code: 'OK', ...fields() });
      return answer;
    } catch (error) {
      log.info(call.method, { code: statusOf(error), error: messageOf(error), ...fields() });
      throw error;
    }
  });
}
