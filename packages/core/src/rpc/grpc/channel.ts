import { messageOf } from '../../errors/coded-error.ts';
import { RpcError, RpcStatus } from '../rpc-error.ts';
import type { CallOptions, ChannelOptions, RpcChannel, RpcStream, RpcTarget } from '../rpc.ts';
import { formatHostPort, isLoopback, parseAddress, type Address } from './address.ts';
import { toBuffer, toBytes } from './bytes.ts';
import { ClientStream } from './client-stream.ts';
import { channelCredentials } from './credentials.ts';
import { channelOptions } from './limits.ts';
import { cancelCall, loadGrpc, type Grpc, type RawCall } from './load.ts';
import { shortPath } from './short-path.ts';
import { errorOf, type WireStatus } from './status.ts';

/** @throws RpcError `INVALID_ARGUMENT` for an address or a TLS identity that cannot be used. */
export function connect(target: RpcTarget, options: ChannelOptions): RpcChannel {
  const address = parseAddress(target.address);
  const credentials = channelCredentials(target.tls);
  const name = target.tls?.serverName;
  const place = placeOf(address);
  return new GrpcChannel(
    new (loadGrpc().Channel)(place.target, credentials, {
      ...channelOptions(options, address.kind === 'unix' || isLoopback(address.host)),
      ...(name !== undefined && { 'grpc.ssl_target_name_override': name, 'grpc.default_authority': name }),
    }),
    place.release,
  );
}

/** What a call reports: messages one by one, each asked for with `startRead`, and at last its status. */
export interface CallListener {
  message(bytes: Uint8Array): void;
  end(error: RpcError | undefined): void;
}

class GrpcChannel implements RpcChannel {
  readonly #channel: Grpc.ChannelInterface;
  readonly #release: () => void;
  readonly #calls = new Set<RawCall>();
  #closed = false;

  constructor(channel: Grpc.ChannelInterface, release: () => void) {
    this.#channel = channel;
    this.#release = release;
  }

  unary(method: string, request: Uint8Array, options: CallOptions = {}): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      let answer: Uint8Array | undefined;
      const call = this.#start(method, request, options, {
        message(bytes) {
          answer = bytes;
          call.startRead();
        },
        end(error) {
          if (error !== undefined) reject(error);
          else if (answer === undefined) reject(new RpcError('INTERNAL', `${method} ended without an answer`));
          else resolve(answer);
        },
      });
    });
  }

  stream(method: string, request: Uint8Array, options: CallOptions = {}): RpcStream {
    return new ClientStream((listener) => this.#start(method, request, options, listener));
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const call of this.#calls) cancelCall(call, 'the channel was closed');
    this.#channel.close();
    this.#release();
  }

  /** Starts a call and asks for its first message at once: a grpc-js call that is not read buffers without bound. */
  #start(method: string, request: Uint8Array, options: CallOptions, listener: CallListener): RawCall {
    const { signal } = options;
    if (this.#closed) throw new RpcError('CANCELLED', 'the channel was closed');
    if (signal?.aborted === true) throw aborted(signal);
    const metadata = metadataOf(options);
    const call = this.#channel.createCall(method, deadlineOf(options.timeout), null, null, null);
    const onAbort = (): void => cancelCall(call, 'the call was aborted');
    const onStatus = (status: WireStatus): void => {
      signal?.removeEventListener('abort', onAbort);
      this.#calls.delete(call);
      if (status.code === RpcStatus.OK) listener.end(undefined);
      else if (status.code === RpcStatus.CANCELLED && signal?.aborted === true) listener.end(aborted(signal));
      else listener.end(errorOf(status));
    };
    this.#calls.add(call);
    signal?.addEventListener('abort', onAbort, { once: true });
    call.start(metadata, {
      onReceiveMetadata: () => undefined,
      onReceiveMessage: (message: Buffer) => listener.message(toBytes(message)),
      onReceiveStatus: onStatus,
    });
    call.startRead();
    call.sendMessageWithContext({}, toBuffer(request));
    call.halfClose();
    return call;
  }
}

function placeOf(address: Address): { readonly target: string; readonly release: () => void } {
  if (address.kind === 'tcp')
    return { target: `dns:${formatHostPort(address.host, address.port)}`, release: () => undefined };
  const { path, release } = shortPath(address.path);
  return { target: `unix:${path}`, release };
}

function aborted(signal: AbortSignal): RpcError {
  return new RpcError('CANCELLED', `the call was aborted: ${messageOf(signal.reason)}`, { cause: signal.reason });
}

/** More than a timer can hold (24 days) is no deadline: grpc-js servers read such a header as one in the past. */
function deadlineOf(timeout: number | undefined): number {
  return timeout === undefined || timeout >= 2 ** 31 ? Infinity : Date.now() + timeout;
}

function metadataOf({ metadata = {} }: CallOptions): Grpc.Metadata {
  const result = new (loadGrpc().Metadata)();
  try {
    for (const [key, values] of Object.entries(metadata)) {
      for (const value of typeof values === 'string' ? [values] : values) {
        result.add(key, key.endsWith('-bin') ? Buffer.from(value, 'base64') : value);
      }
    }
  } catch (thrown) {
    throw new RpcError('INVALID_ARGUMENT', messageOf(thrown), { cause: thrown });
  }
  return result;
}
