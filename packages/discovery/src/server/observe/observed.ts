import { RpcError, type Clock, type RpcService, type RpcStatusName, type ServerCall } from '@cosi-ts/core';
import { wrapHandlers } from '../calls/wrap-handlers.ts';
import type { DiscoveryObserver, ObservedCall } from './observer.ts';

/** The service, with an observer that hears of each of its calls. */
export function observed(service: RpcService, clock: Clock, observer: DiscoveryObserver): RpcService {
  const calls = new Map<string, ObservedCall>();
  for (const path of service.unary.keys()) calls.set(path, { method: nameOf(path), isStream: false });
  for (const path of service.streams.keys()) calls.set(path, { method: nameOf(path), isStream: true });
  const of = ({ method }: ServerCall): ObservedCall => calls.get(method) ?? { method, isStream: false };
  return wrapHandlers(
    service,
    async (serverCall, handle) => {
      const call = of(serverCall);
      const start = clock.monotonic();
      observer.callStarted(call);
      try {
        const answer = await handle();
        if (!call.isStream) observer.messageSent(call);
        observer.callEnded(call, 'OK', clock.monotonic() - start);
        return answer;
      } catch (error) {
        observer.callEnded(call, statusOf(error), clock.monotonic() - start);
        throw error;
      }
    },
    (serverCall, sink) => ({
      write(message) {
        observer.messageSent(of(serverCall));
        return sink.write(message);
      },
    }),
  );
}

/** As the caller hears it. */
export function statusOf(error: unknown): RpcStatusName {
  return error instanceof RpcError ? error.status : 'INTERNAL';
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
