import type { ListenOptions, RpcService, ServerCall } from '@cosi-ts/core';
import { guardServices } from '../access-policy.ts';
import { healthService } from './health-service.ts';
import { MAX_STREAMS, limitStreams } from './limit-streams.ts';
import { reflectionService } from './reflection-service.ts';

export interface ApiServicesOptions {
  /** The roles of a caller: of its certificate, or of the socket that it came through. */
  readonly rolesOf: (call: ServerCall) => readonly string[];
  /** Streams that one caller may have open at a time; 4096 by default. */
  readonly maxStreams?: number | undefined;
}

/**
 * How a listener of the API listens: with room on one connection for more streams than one caller may have, so that
 * one too many is refused with a reason and does not wait in silence.
 */
export const API_LISTEN: ListenOptions = { maxConcurrentStreams: MAX_STREAMS + 1000 };

/**
 * What a listener serves: the services, and gRPC's own ones about them, each method for those who may call it, and no
 * more streams for one caller than are good for all.
 */
export function apiServices(services: readonly RpcService[], options: ApiServicesOptions): readonly RpcService[] {
  const names = services.map(({ name }) => name);
  const health = healthService(names);
  const all = [...services, health, reflectionService([...names, health.name])];
  return guardServices(limitStreams(all, options.maxStreams), options.rolesOf);
}
