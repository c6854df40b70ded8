import type { WebHandler } from './web.ts';

/**
 * The seam to the network: unary calls, server streams, cancellation, and bytes. It lies above HTTP/2, which has
 * real sockets and timers of its own; what lies above it runs unchanged on @grpc/grpc-js and in a simulation.
 */
export interface Rpc {
  /**
   * A channel to a peer. Nothing is sent before the first call; a broken connection is made again by itself.
   * @throws RpcError `INVALID_ARGUMENT` for an address or a TLS identity that cannot be used; `UNAVAILABLE` if a socket's
   * path is too long for the system, and its directory is not there.
   */
  connect(target: RpcTarget, options?: ChannelOptions): RpcChannel;
  /**
   * Starts serving. Rejects with {@link RpcError} `UNAVAILABLE` if the address cannot be bound, `INVALID_ARGUMENT`
   * if it, or the TLS identity, is none. A socket file is for its owner alone (0600); one that a crash left is replaced.
   */
  listen(target: RpcTarget, services: readonly RpcService[], options?: ListenOptions): Promise<RpcListener>;
}

/** `host:port`, `[v6]:port`, or `unix:/path/to/socket`; a port of 0 lets the system choose when listening. */
export interface RpcTarget {
  readonly address: string;
  /** Absent: plaintext. */
  readonly tls?: TlsIdentity | undefined;
}

/** PEM texts. A client without `ca` trusts the authorities in the file that `SSL_CERT_FILE` names when it connects, or else Node's; a server with `ca` requires client certificates. */
export interface TlsIdentity {
  readonly ca?: string | undefined;
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
  readonly serverName?: string | undefined;
}

export interface ChannelOptions {
  readonly keepalive?: Keepalive | undefined;
  /** Largest message taken, in bytes; 4 MiB by default. */
  readonly maxReceiveBytes?: number | undefined;
}

export interface Keepalive {
  /** Milliseconds of silence before a ping. */
  readonly time: number;
  /** Milliseconds to wait for its answer. */
  readonly timeout: number;
}

export interface RpcChannel {
  /** @throws RpcError with the status that the call ended with. */
  unary(method: string, request: Uint8Array, options?: CallOptions): Promise<Uint8Array>;
  stream(method: string, request: Uint8Array, options?: CallOptions): RpcStream;
  /** Whether it was closed, from this side: trying again is no use then. */
  readonly isClosed: boolean;
  /** Ends the channel; calls under way fail with `CANCELLED`. Idempotent. */
  close(): void;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until the call fails with `DEADLINE_EXCEEDED`. */
  readonly timeout?: number | undefined;
  readonly metadata?: Readonly<Record<string, string | readonly string[]>> | undefined;
}

/** A server stream, pulled: what is not asked for stays in the network's window, and then at the sender. */
export interface RpcStream {
  /** The next message, or undefined at a clean end. One pull at a time. @throws RpcError */
  next(): Promise<Uint8Array | undefined>;
  /** Gives the stream up; a pending pull rejects with `CANCELLED`. Idempotent. */
  cancel(): void;
}

/** The methods of one service by full path (`/package.Service/Method`). */
export interface RpcService {
  readonly name: string;
  readonly unary: ReadonlyMap<string, UnaryHandler>;
  readonly streams: ReadonlyMap<string, StreamHandler>;
  /** Methods of which a client asks several things in one call. Our own clients have none, nor has the simulation. */
  readonly dialogs?: ReadonlyMap<string, DialogHandler> | undefined;
}

/**
 * Answers with bytes, at once or later, or throws: an {@link RpcError} keeps its status, anything else becomes
 * `INTERNAL`.
 */
export type UnaryHandler = (request: Uint8Array, call: ServerCall) => Uint8Array | Promise<Uint8Array>;

/** Sends until it returns (status OK) or throws. */
export type StreamHandler = (request: Uint8Array, call: ServerCall, sink: RpcSink) => Promise<void>;

/** The same, for requests that come one by one; they are taken as they are pulled. */
export type DialogHandler = (requests: AsyncIterable<Uint8Array>, call: ServerCall, sink: RpcSink) => Promise<void>;

export interface ServerCall {
  readonly method: string;
  /** The transport's peer, as `host:port`, `[v6]:port` or `unix:`. */
  readonly peer: string;
  /** Lower-case keys. Repeated headers may arrive joined by `, `. */
  readonly metadata: ReadonlyMap<string, readonly string[]>;
  /** Milliseconds left until the caller's deadline when the call arrived; undefined without one. */
  readonly timeLeft: number | undefined;
  /** The subject's organizations of the verified client certificate; undefined without one. */
  readonly organizations: readonly string[] | undefined;
  /** Which certificate that is, as SHA-256 in hexadecimal digits. */
  readonly fingerprint?: string | undefined;
  /** Aborted when the caller went away (`CANCELLED`) or the server is stopping (`UNAVAILABLE`): the reason may be thrown. */
  readonly signal: AbortSignal;
}

export interface RpcSink {
  /**
   * Sends one message. Undefined: go on. A promise: the receiver is behind; wait for it before the next one.
   * It resolves, too, when the call has ended or the server is stopping: look at `call.signal`.
   */
  write(message: Uint8Array): Promise<void> | undefined;
  /**
   * Sends a part of a message that is long, so that nobody need hold all of it for a receiver that is slow. The same
   * promise as that of {@link write}; nothing else may be written until all parts are.
   *
   * @param left how many bytes of the message are still to come
   */
  writePart(part: Uint8Array, left: number): Promise<void> | undefined;
}

export interface ListenOptions {
  /** Answers what comes by HTTP/1.1; without it such connections are closed. */
  readonly web?: WebHandler | undefined;
  readonly keepalive?: Keepalive | undefined;
  readonly maxReceiveBytes?: number | undefined;
  readonly maxConcurrentStreams?: number | undefined;
  /** Permission bits of a socket file; 0o600 by default. */
  readonly socketMode?: number | undefined;
}

export interface RpcListener {
  /** Where it really listens, with the chosen port. */
  readonly address: string;
  /** Aborts the signals of open calls, waits for their handlers up to `grace` milliseconds, then cuts. */
  close(grace?: number): Promise<void>;
  /**
   * Shows another identity to connections from now on.
   * @throws RpcError `INVALID_ARGUMENT` if it cannot be used: then the old one stays
   */
  renew(tls: TlsIdentity): void;
  /** Cuts at once, without goodbye: a crash. */
  destroy(): void;
}
