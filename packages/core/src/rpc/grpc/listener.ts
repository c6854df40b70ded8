import type { Socket } from 'node:net';
import type { Logger } from '../../host/logger.ts';
import type { IndebtedPace } from '../../host/real/pace.ts';
import type { ListenOptions, RpcListener, RpcService, RpcTarget, TlsIdentity } from '../rpc.ts';
import { parseAddress } from './address.ts';
import { bind, type Bound } from './bind.ts';
import { oneByOne } from './one-by-one.ts';
import { entranceOf, type Entrance } from './entrance.ts';
import { allowResets, serverOptions } from './limits.ts';
import { loadGrpc, type Grpc } from './load.ts';
import { OpenCalls } from './open-calls.ts';
import { webServer } from './web.ts';

/** Milliseconds that handlers have to end when a listener is closed. */
const DEFAULT_GRACE = 5000;

/** @throws RpcError `UNAVAILABLE` if the address cannot be bound, `INVALID_ARGUMENT` if it or the identity is none. */
export async function listen(
  target: RpcTarget,
  services: readonly RpcService[],
  options: ListenOptions,
  { log, pace }: { readonly log: Logger; readonly pace: IndebtedPace },
): Promise<RpcListener> {
  const address = parseAddress(target.address);
  const calls = new OpenCalls(
    { isUnix: address.kind === 'unix', isVerifying: target.tls?.ca !== undefined },
    { log, pace },
  );
  const grpc = loadGrpc();
  const server = new grpc.Server(serverOptions(options));
  allowResets(server);
  for (const service of services) register(server, service, calls);
  const injector = server.createConnectionInjector(grpc.ServerCredentials.createInsecure());
  const entrance = entranceOf(
    target.tls,
    oneByOne((socket) => injector.injectConnection(untilOneSideEnds(socket)), pace),
    options.web && webServer(options.web, log),
  );
  const bound = await bind(address, oneByOne(entrance.enter, pace), { log, socketMode: options.socketMode ?? 0o600 });
  return new GrpcListener(server, calls, bound, entrance);
}

class GrpcListener implements RpcListener {
  readonly address: string;
  readonly #server: Grpc.Server;
  readonly #calls: OpenCalls;
  readonly #bound: Bound;
  readonly #entrance: Entrance;
  #closing: Promise<void> | undefined;

  constructor(server: Grpc.Server, calls: OpenCalls, bound: Bound, entrance: Entrance) {
    this.address = bound.address;
    this.#server = server;
    this.#calls = calls;
    this.#bound = bound;
    this.#entrance = entrance;
  }

  renew(tls: TlsIdentity): void {
    this.#entrance.renew(tls);
  }

  close(grace = DEFAULT_GRACE): Promise<void> {
    this.#closing ??= this.#close(grace);
    return this.#closing;
  }

  destroy(): void {
    this.#calls.crash();
    void this.#bound.close();
    this.#bound.cut();
  }

  async #close(grace: number): Promise<void> {
    const closed = this.#bound.close();
    // Clients hear at once that they should go elsewhere; their open calls go on until they end. When all have
    // ended, so do the connections, which is what we wait for: grpc-js calls back before that.
    this.#server.tryShutdown(() => undefined);
    await within(grace, Promise.all([this.#calls.stop(), closed]));
    this.#bound.cut();
    await closed;
  }
}

function register(server: Grpc.Server, service: RpcService, calls: OpenCalls): void {
  for (const [path, handler] of service.unary) {
    added(path, server.register(path, calls.unary(handler), same, same, 'unary'));
  }
  for (const [path, handler] of service.streams) {
    added(path, server.register(path, calls.stream(handler), same, same, 'serverStream'));
  }
  for (const [path, handler] of service.dialogs ?? []) {
    added(path, server.register(path, calls.dialog(handler), same, same, 'bidi'));
  }
}

function added(path: string, isNew: boolean): void {
  if (!isNew) throw new Error(`two services offer ${path}`);
}

/** HTTP/2 says goodbye in words: a client whose side ends is gone, and whoever waited for ours would wait for ever. */
function untilOneSideEnds(socket: Socket): Socket {
  socket.allowHalfOpen = false;
  return socket;
}

/** Messages are bytes on both sides of grpc-js. */
function same(bytes: Buffer): Buffer {
  return bytes;
}

/** Waits for `work`, but no longer than `millis`. */
async function within(millis: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, millis);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
