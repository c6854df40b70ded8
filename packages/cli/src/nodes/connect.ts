import { RpcError, type Rpc, type RpcChannel } from '@cosi-ts/core';
import { CommandError } from '../io.ts';

/** A channel to a node's socket. @throws CommandError with the cure if the system has no way there */
export function connectSocket(rpc: Rpc, path: string): RpcChannel {
  try {
    return rpc.connect({ address: `unix:${path}` });
  } catch (thrown) {
    if (!(thrown instanceof RpcError)) throw thrown;
    throw new CommandError(thrown.message, { cause: thrown });
  }
}

/** The same channel, whose calls fail with `DEADLINE_EXCEEDED` after so many milliseconds, and end with the signal. */
export function impatient(channel: RpcChannel, timeout: number, signal?: AbortSignal): RpcChannel {
  return {
    unary: (method, request, options) => channel.unary(method, request, { timeout, signal, ...options }),
    stream: (method, request, options) => channel.stream(method, request, { timeout, signal, ...options }),
    get isClosed() {
      return channel.isClosed;
    },
    close: () => channel.close(),
  };
}
