import type { ChannelOptions, Keepalive, ListenOptions } from '../rpc.ts';
import type { Grpc } from './load.ts';

// grpc-js leaves most limits open; each is set here on purpose, so that no peer decides how much we hold for it.

const MAX_RECEIVE_BYTES = 4 * 1024 * 1024;
const MAX_CONCURRENT_STREAMS = 1000;
/** A client that vanished without a word is noticed within 80 s. Pings from a server offend no client. */
const SERVER_KEEPALIVE: Keepalive = { time: 60_000, timeout: 20_000 };

export function serverOptions(options: ListenOptions): Grpc.ServerOptions {
  const { time, timeout } = options.keepalive ?? SERVER_KEEPALIVE;
  return {
    ...messageLimits(options.maxReceiveBytes),
    'grpc.max_concurrent_streams': options.maxConcurrentStreams ?? MAX_CONCURRENT_STREAMS,
    // Not counted by Node: what a stream still holds when it is given up it goes on counting, so that any limit ends every
    // connection that lives for long. A stream holds one message and little more, and their number has a limit.
    'grpc-node.max_session_memory': Number.MAX_SAFE_INTEGER,
    'grpc.keepalive_time_ms': time,
    'grpc.keepalive_timeout_ms': timeout,
    'grpc.enable_channelz': 0,
  };
}

/**
 * How many streams the clients of a connection may give up at once, and then each second. Node allows a thousand, and 33:
 * beyond that it ends the connection, not always so that the client notices. Whoever follows a few thousand resources one
 * by one, and stops, is no attacker.
 */
const RESETS = { streamResetBurst: 10_000, streamResetRate: 1000 };

/** Sets what grpc-js passes on to HTTP/2, but has no option for. */
export function allowResets(server: Grpc.Server): void {
  const { commonServerOptions } = server as unknown as { readonly commonServerOptions: Record<string, unknown> };
  Object.assign(commonServerOptions, RESETS);
}

/** @param direct whether proxies of the environment do not apply (sockets and loopback, as in Go) */
export function channelOptions(options: ChannelOptions, direct: boolean): Grpc.ChannelOptions {
  return {
    ...messageLimits(options.maxReceiveBytes),
    ...(options.keepalive && {
      'grpc.keepalive_time_ms': options.keepalive.time,
      'grpc.keepalive_timeout_ms': options.keepalive.timeout,
      // A Go server cuts clients that ping while they have no call.
      'grpc.keepalive_permit_without_calls': 0,
    }),
    ...(direct && { 'grpc.enable_http_proxy': 0 }),
    // Two nodes in one process must not share connections: one's crash would be the other's.
    'grpc.use_local_subchannel_pool': 1,
    // Who calls has a backoff of its own (up to a minute). Below it, reconnecting is quick, so that the two do not add up.
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 2000,
    // Otherwise a TXT record may rewrite timeouts and retries.
    'grpc.service_config_disable_resolution': 1,
    'grpc.enable_channelz': 0,
  };
}

function messageLimits(maxReceiveBytes: number | undefined): Grpc.ChannelOptions {
  return {
    'grpc.max_receive_message_length': maxReceiveBytes ?? MAX_RECEIVE_BYTES,
    // What may be sent is bounded where it is made; here it could only turn an answer into an error.
    'grpc.max_send_message_length': -1,
  };
}
