import { adopt } from '../owner/adopt.ts';
import { never, type Owner } from '../owner/owner.ts';
import type { Rpc, RpcChannel, RpcStream } from './rpc.ts';

/** The network as seen by what `owner` owns: channels and listeners end with it, and a drop cuts them. */
export function ownedRpc(rpc: Rpc, owner: Owner): Rpc {
  return {
    connect(target, options) {
      if (owner.isDropped) return deadChannel;
      const channel = rpc.connect(target, options);
      const close = (): void => {
        detach();
        channel.close();
      };
      const detach = owner.attach({ close, drop: close });
      return ownedChannel(channel, close, owner);
    },
    async listen(target, services, options) {
      if (owner.isDropped) return never();
      const { value: listener, detach } = await adopt(owner, rpc.listen(target, services, options), (listener) => ({
        close: () => listener.close(),
        drop: () => listener.destroy(),
      }));
      return {
        address: listener.address,
        close(grace) {
          detach();
          return owner.guard(listener.close(grace));
        },
        renew: (tls) => listener.renew(tls),
        destroy() {
          detach();
          listener.destroy();
        },
      };
    },
  };
}

function ownedChannel(channel: RpcChannel, close: () => void, owner: Owner): RpcChannel {
  return {
    close,
    get isClosed() {
      return channel.isClosed;
    },
    unary: (method, request, options) =>
      owner.isDropped ? never() : owner.guard(channel.unary(method, request, options)),
    stream(method, request, options) {
      if (owner.isDropped) return deadStream;
      const stream = channel.stream(method, request, options);
      return { next: () => owner.guard(stream.next()), cancel: () => stream.cancel() };
    },
  };
}

const deadStream: RpcStream = { next: () => never(), cancel: () => undefined };
const deadChannel: RpcChannel = {
  isClosed: true,
  unary: () => never(),
  stream: () => deadStream,
  close: () => undefined,
};
