import { relative } from 'node:path';
import { RpcError, type Rpc, type RpcChannel } from '@cosi-ts/core';
import { CommandError } from '../io.ts';

/**
 * A channel to a node's socket. The system takes 107 bytes of a path; where the absolute one has more, the one from
 * the working directory may do.
 *
 * @param cwd the working directory of the process.
 * @throws CommandError with the cure if neither does.
 */
export function connectSocket(rpc: Rpc, path: string, cwd: string): RpcChannel {
  try {
    return rpc.connect({ address: `unix:${path}` });
  } catch (thrown) {
    if (!(thrown instanceof RpcError)) throw thrown;
    const near = relative(cwd, path);
    // Each step is shorter, and what cannot be shortened is refused with the cure.
    if (near.length < path.length) return connectSocket(rpc, near, cwd);
    throw new CommandError(thrown.message, { cause: thrown });
  }
}

/** The same channel, whose calls fail with `DEADLINE_EXCEEDED` after so many milliseconds. */
export function impatient(channel: RpcChannel, timeout: number): RpcChannel {
  return {
    unary: (method, request, options) => channel.unary(method, request, { timeout, ...options }),
    stream: (method, request, options) => channel.stream(method, request, { timeout, ...options }),
    get isClosed() {
      return channel.isClosed;
    },
    close: () => channel.close(),
  };
}
