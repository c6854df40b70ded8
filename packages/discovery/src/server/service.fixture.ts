import {
  Owner,
  realHost,
  type CallOptions,
  type Host,
  type LogFields,
  type Logger,
  type RpcStream,
  type Timer,
} from '@cosi-ts/core';
import { onTestFinished } from 'vitest';
import {
  affiliateDeleteRequest,
  affiliateUpdateRequest,
  clusterRequest,
  helloRequest,
  helloResponse,
  listResponse,
  watchResponse,
  type AffiliateUpdateRequest,
  type WatchResponse,
} from '../wire/messages.ts';
import { pack, type Packed } from '../wire/packed.ts';
import { startDiscoveryService } from './discovery-service.ts';
import type { DiscoveryServiceOptions } from './options.ts';

export type Settings = Omit<DiscoveryServiceOptions, 'host' | 'owner' | 'address'>;

export const MINUTE = 60_000;

/** A service behind a real socket, in time that only the test moves, and a client of it. */
export async function serve(settings: Settings = {}, world = manualWorld()) {
  const owner = new Owner('test');
  onTestFinished(() => owner.close());
  const service = await startDiscoveryService({
    rateLimit: 0,
    ...settings,
    host: world.host,
    owner,
    address: '127.0.0.1:0',
  });
  const client = connect(world.host, service.address);
  onTestFinished(() => client.close());
  return { ...world, ...client, owner, service, connect: () => connect(world.host, service.address) };
}

/** The five calls, typed. */
export function connect(host: Host, address: string) {
  const channel = host.rpc.connect({ address }, { maxReceiveBytes: 8 * 1024 * 1024 });
  const call = (method: string, request: Uint8Array, options?: CallOptions) =>
    channel.unary(`/sidero.discovery.server.Cluster/${method}`, request, options);
  const cluster = (clusterId: string) => clusterRequest.encode({ clusterId });
  return {
    call,
    close: () => channel.close(),
    hello: async (clusterId = 'c', options?: CallOptions) =>
      helloResponse.decode(await call('Hello', helloRequest.encode({ clusterId, clientVersion: 'v1.12.4' }), options)),
    update: (affiliateId: string, request: Partial<AffiliateUpdateRequest> & { ttl?: number } = {}) =>
      call(
        'AffiliateUpdate',
        affiliateUpdateRequest.encode({
          clusterId: 'c',
          affiliateId,
          data: new Uint8Array(0),
          endpoints: [],
          ttlNanos: (request.ttl ?? MINUTE) * 1e6,
          ...request,
        }),
      ),
    remove: (affiliateId: string, clusterId = 'c') =>
      call('AffiliateDelete', affiliateDeleteRequest.encode({ clusterId, affiliateId })),
    list: async (clusterId = 'c') =>
      listResponse.decode(await call('List', cluster(clusterId))).affiliates.map(readable),
    watch: (clusterId = 'c', options?: CallOptions) =>
      watching(channel.stream('/sidero.discovery.server.Cluster/Watch', cluster(clusterId), options)),
  };
}

function watching(stream: RpcStream) {
  return {
    cancel: () => stream.cancel(),
    /** The next message; `end` at a clean end. */
    next: async () => {
      const message = await stream.next();
      return message === undefined ? 'end' : readableWatch(watchResponse.decode(message));
    },
  };
}

export function readableWatch({ affiliates, deleted }: WatchResponse) {
  return { affiliates: affiliates.map(readable), deleted };
}

function readable({ id, data, endpoints }: WatchResponse['affiliates'][number]) {
  return { id, data: text(data), endpoints: endpoints.map(text) };
}

/** Content of ASCII, packed. */
export function packed(content: string): Packed {
  return pack(bytes(content));
}

export function bytes(content: string): Uint8Array {
  return new TextEncoder().encode(content);
}

function text(content: Uint8Array): string {
  return new TextDecoder('latin1').decode(content);
}

/** The real network and files, and a clock that stands still until it is told to go on. */
export function manualWorld() {
  let now = 1000;
  const timers = new Map<Timer, { due: number; fire: () => void }>();
  const lines: { readonly level: string; readonly message: string; readonly fields: LogFields }[] = [];
  const host: Host = {
    ...realHost(),
    clock: { ...realHost().clock, monotonic: () => now },
    log: recorder(lines),
    timers: {
      after(millis, fire) {
        const timer: Timer = { cancel: () => void timers.delete(timer) };
        timers.set(timer, { due: now + millis, fire });
        return timer;
      },
    },
  };
  const advance = async (millis: number): Promise<void> => {
    const end = now + millis;
    for (;;) {
      // What the last timer started may start the next one.
      await new Promise(setImmediate);
      const [timer, next] = [...timers].sort(([, a], [, b]) => a.due - b.due)[0] ?? [];
      if (timer === undefined || next === undefined || next.due > end) break;
      timers.delete(timer);
      now = next.due;
      next.fire();
    }
    now = end;
  };
  return { host, advance, lines, pendingTimers: () => timers.size };
}

function recorder(lines: { level: string; message: string; fields: LogFields }[]): Logger {
  const say =
    (level: string) =>
    (message: string, fields: LogFields = {}) =>
      void lines.push({ level, message, fields });
  const log: Logger = {
    debug: say('debug'),
    info: say('info'),
    warn: say('warn'),
    error: say('error'),
    child: () => log,
  };
  return log;
}
