import { RpcError, type Clock, type RpcService, type RpcStatusName } from '@cosi-ts/core';
import { observing, wrapHandlers } from '../calls/wrap-handlers.ts';
import type { DiscoveryObserver } from './observer.ts';

/** The service, with an observer that hears of each of its calls. */
export function observed(service: RpcService, clock: Clock, observer: DiscoveryObserver): RpcService {
  return wrapHandlers(
    service,
    (path, isStream) => {
      const observed = { method: nameOf(path), isStream };
      return (_, handle) => {
        const start = clock.monotonic();
        observer.callStarted(observed);
        return observing(
          handle,
          () => {
            if (!isStream) observer.messageSent(observed);
            observer.callEnded(observed, 'OK', clock.monotonic() - start);
          },
          (error) => observer.callEnded(observed, statusOf(error), clock.monotonic() - start),
        );
      };
    },
    (path, sink) => {
      const observed = { method: nameOf(path), isStream: true };
      return {
        write(message) {
          observer.messageSent(observed);
          return sink.write(message);
        },
        writePart(part, left) {
          if (left === 0) observer.messageSent(observed);
          return sink.writePart(part, left);
        },
      };
    },
  );
}

/** As the caller hears it. */
export function statusOf(error: unknown): RpcStatusName {
  return error instanceof RpcError ? error.status : 'INTERNAL';
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
