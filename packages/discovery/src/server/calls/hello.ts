import type { ServerCall } from '@cosi-ts/core';
import type { HelloRequest, HelloResponse } from '../../wire/messages.ts';
import type { CallOrigin, ClientIp } from '../client-ip.ts';
import { checkClusterId } from '../limits.ts';

export interface HelloOptions {
  /** Where a caller is seen from. */
  readonly clientIp: (call: CallOrigin) => ClientIp | undefined;
  /** Whether callers are told their address. A service behind a tunnel would tell a wrong one, which nodes announce. */
  readonly reportsClientIp: boolean;
  /** `host:port` that all clients are sent to. */
  readonly redirect: string | undefined;
  /** The same for single clusters, by id. */
  readonly redirectClusters: ReadonlyMap<string, string>;
}

/** Touches no state. @throws RpcError INVALID_ARGUMENT */
export function answerHello({ clusterId }: HelloRequest, call: ServerCall, options: HelloOptions): HelloResponse {
  checkClusterId(clusterId);
  const redirect = options.redirectClusters.get(clusterId) ?? options.redirect;
  const ip = options.reportsClientIp ? options.clientIp(call) : undefined;
  return { redirect, clientIp: ip?.bytes ?? NO_ADDRESS };
}

const NO_ADDRESS = new Uint8Array(0);
