import { messageOf, type Host, type RpcService } from '@cosi-ts/core';
import { observing, wrapHandlers } from '../calls/wrap-handlers.ts';
import { statusOf } from './observed.ts';

/**
 * The service, with a line in the log for each call when it ends: what callers did wrong is worth knowing, and all the
 * rest only to somebody who looks closely.
 */
export function logged(service: RpcService, { log, clock }: Host): RpcService {
  const isVerbose = log.isLevelEnabled?.('debug') ?? true;
  return wrapHandlers(service, (method) => (call, handle) => {
    const start = clock.monotonic();
    const fields = () => ({ peer: call.peer, millis: Math.round(clock.monotonic() - start) });
    return observing(
      handle,
      () => {
        if (isVerbose) log.debug(method, { code: 'OK', ...fields() });
      },
      (error) => log.info(method, { code: statusOf(error), error: messageOf(error), ...fields() }),
    );
  });
}
