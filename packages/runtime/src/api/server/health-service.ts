import { create, toBinary } from '@bufbuild/protobuf';
import { RpcError, abortReason, aborted, type RpcService } from '@cosi-ts/core';
import {
  HealthCheckRequestSchema,
  HealthCheckResponse_ServingStatus as Status,
  HealthCheckResponseSchema,
} from '../../gen/grpc/health/v1/health_pb.ts';
import { decodeRequest } from './handlers.ts';

const HEALTH_SERVICE = 'grpc.health.v1.Health';

export const HEALTH_CHECK_METHOD = `/${HEALTH_SERVICE}/Check`;
export const HEALTH_WATCH_METHOD = `/${HEALTH_SERVICE}/Watch`;

/** gRPC's own question whether a server is there. It is: a server that stops ends the stream, with `UNAVAILABLE`. */
export function healthService(names: readonly string[]): RpcService {
  const known = new Set(['', HEALTH_SERVICE, ...names]);
  const serviceOf = (request: Uint8Array): string => decodeRequest(HealthCheckRequestSchema, request).service;
  return {
    name: HEALTH_SERVICE,
    unary: new Map([
      [
        HEALTH_CHECK_METHOD,
        (request) => {
          const service = serviceOf(request);
          if (!known.has(service)) throw new RpcError('NOT_FOUND', `unknown service ${service}`);
          return Promise.resolve(answer(Status.SERVING));
        },
      ],
    ]),
    streams: new Map([
      [
        HEALTH_WATCH_METHOD,
        async (request, call, sink) => {
          await sink.write(answer(known.has(serviceOf(request)) ? Status.SERVING : Status.SERVICE_UNKNOWN));
          await aborted(call.signal);
          throw abortReason(call.signal);
        },
      ],
    ]),
  };
}

function answer(status: Status): Uint8Array {
  return toBinary(HealthCheckResponseSchema, create(HealthCheckResponseSchema, { status }));
}
