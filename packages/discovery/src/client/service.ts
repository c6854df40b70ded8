import { RpcError, type Host, type RpcChannel, type RpcStream, type TlsIdentity } from '@cosi-ts/core';
import type { Codec } from '../wire/codec.ts';
import type { HelloResponse } from '../wire/messages.ts';
import {
  affiliateDeleteRequest,
  affiliateUpdateRequest,
  clusterRequest,
  emptyResponse,
  helloRequest,
  helloResponse,
} from '../wire/messages.ts';
import { decodeWatchMessage, type WatchMessage } from '../wire/watch-message.ts';
import type { Announcement } from './publication.ts';

/** Who speaks to which cluster's data, and how. */
export interface ServiceOptions {
  readonly host: Host;
  readonly tls: TlsIdentity | undefined;
  readonly clusterId: string;
  readonly clientVersion: string;
  /** Milliseconds. */
  readonly ttl: number;
  /** Ends every call. */
  readonly signal: AbortSignal;
}

/** One connection to the service, made by the first call. Calls throw RpcError, or what the answer's codec throws. */
export interface Service {
  hello(): Promise<HelloResponse>;
  watch(): Watch;
  update(announcement: Announcement): Promise<void>;
  remove(affiliateId: string): Promise<void>;
  close(): void;
}

/** A watch, pulled. */
export interface Watch {
  /** @throws RpcError; a clean end, too, is a lost watch */
  next(): Promise<WatchMessage>;
}

const METHODS = '/sidero.discovery.server.Cluster/';
const HELLO_TIMEOUT = 10_000;
const UPDATE_TIMEOUT = 30_000;
/** A full cluster at maximum sizes takes 4.6 MB, more than gRPC's default accepts. */
const MAX_RECEIVE_BYTES = 8 * 1024 * 1024;
/** Services take more frequent pings for an attack. */
const MIN_PING_INTERVAL = 10_000;
const PING_TIMEOUT = 20_000;

export function connectService(address: string, options: ServiceOptions): Service {
  const { host, tls, clusterId, clientVersion, ttl, signal } = options;
  const channel = host.rpc.connect(
    { address, tls },
    {
      keepalive: { time: Math.max(MIN_PING_INTERVAL, ttl / 10), timeout: PING_TIMEOUT },
      maxReceiveBytes: MAX_RECEIVE_BYTES,
    },
  );
  const ttlNanos = Math.round(ttl * 1e6);
  const call = caller(channel, signal);
  return {
    hello: () => call('Hello', helloRequest, helloResponse, { clusterId, clientVersion }, HELLO_TIMEOUT),
    watch: () => watch(channel.stream(`${METHODS}Watch`, clusterRequest.encode({ clusterId }), { signal })),
    update: async (announcement) => {
      const request = { clusterId, ...announcement, ttlNanos };
      await call('AffiliateUpdate', affiliateUpdateRequest, emptyResponse, request, UPDATE_TIMEOUT);
    },
    remove: async (affiliateId) => {
      const request = { clusterId, affiliateId };
      await call('AffiliateDelete', affiliateDeleteRequest, emptyResponse, request, UPDATE_TIMEOUT);
    },
    close: () => channel.close(),
  };
}

function caller(channel: RpcChannel, signal: AbortSignal) {
  return async <I, O>(method: string, input: Codec<I>, output: Codec<O>, request: I, timeout: number): Promise<O> =>
    output.decode(await channel.unary(METHODS + method, input.encode(request), { signal, timeout }));
}

function watch(stream: RpcStream): Watch {
  return {
    async next() {
      const message = await stream.next();
      if (message === undefined) throw new RpcError('UNAVAILABLE', 'the service ended the watch');
      return decodeWatchMessage(message);
    },
  };
}
