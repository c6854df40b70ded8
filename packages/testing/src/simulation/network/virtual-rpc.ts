import {
  RpcError,
  type CallOptions,
  type ChannelOptions,
  type Rpc,
  type RpcChannel,
  type RpcStream,
  type RpcTarget,
} from '@cosi-ts/core';
import type { Life, World } from '../world.ts';
import { formatAddress, isLoopback, parseAddress } from './address.ts';
import { Call, type CallSpec } from './call.ts';
import { Connection } from './connection.ts';
import type { Listener } from './listener.ts';
import type { Machine, Network } from './network.ts';

const MAX_RECEIVE = 4 * 1024 * 1024;

/** The simulated network as seen by one life of a node. */
export function virtualRpc(network: Network, life: Life, machine: Machine): Rpc {
  return {
    connect: (target, options = {}) => new Channel(network, life, machine, target, options),
    listen: (target, services, options = {}) =>
      new Promise((resolve, reject) => {
        const run = (): void => {
          try {
            resolve(network.listen(life, machine, target.address, services, options));
          } catch (thrown) {
            reject(thrown instanceof Error ? thrown : new Error(String(thrown)));
          }
        };
        network.world.enqueue({ life, label: `listen on ${target.address}`, run });
      }),
  };
}

class Channel implements RpcChannel {
  readonly #network: Network;
  readonly #life: Life;
  readonly #machine: Machine;
  readonly #target: RpcTarget;
  readonly #options: ChannelOptions;
  readonly #calls = new Set<RpcStream>();
  #connection: { readonly connection: Connection; readonly listener: Listener; readonly peer: string } | undefined;
  #isClosed = false;

  constructor(network: Network, life: Life, machine: Machine, target: RpcTarget, options: ChannelOptions) {
    this.#network = network;
    this.#life = life;
    this.#machine = machine;
    this.#target = target;
    this.#options = options;
  }

  async unary(method: string, request: Uint8Array, options: CallOptions = {}): Promise<Uint8Array> {
    const answer = await this.stream(method, request, options).next();
    if (answer === undefined) throw new RpcError('INTERNAL', `${method} ended without an answer`);
    return answer;
  }

  stream(method: string, request: Uint8Array, options: CallOptions = {}): RpcStream {
    if (this.#isClosed) return failedStream(new RpcError('CANCELLED', 'the channel was closed'));
    if (options.signal?.aborted === true) return failedStream(new RpcError('CANCELLED', 'the call was cancelled'));
    const open = this.#connect();
    if (open === undefined) return refusedStream(this.#network.world, this.#life, this.#target.address);
    const { connection, listener, peer } = open;
    const maxReceiveBytes = this.#options.maxReceiveBytes ?? MAX_RECEIVE;
    const spec: CallSpec = { method, request: request.slice(), options, peer, maxReceiveBytes };
    const call = new Call(this.#network.world, connection, listener, spec);
    const { client } = call;
    this.#calls.add(client);
    client.onEnd = () => void this.#calls.delete(client);
    return client;
  }

  close(): void {
    this.#isClosed = true;
    for (const end of this.#calls) end.cancel();
    this.#connection?.connection.close();
  }

  #connect(): { readonly connection: Connection; readonly listener: Listener; readonly peer: string } | undefined {
    if (this.#connection?.connection.isUsable === true && this.#connection.listener.isOpen) return this.#connection;
    const { world } = this.#network;
    const listener = this.#network.find(this.#machine, this.#target.address);
    if (listener === undefined || world.tape.choose('refuse', 2, world.faults.refuse) === 1) return undefined;
    const patience = { client: silence(this.#options), server: silence(listener.options) };
    const connection = new Connection(world, this.#life, listener.life, patience, (gone) => {
      this.#network.connections.delete(gone);
      listener.connections.delete(gone);
    });
    this.#network.connections.add(connection);
    listener.connections.add(connection);
    this.#connection = { connection, listener, peer: this.#peer() };
    return this.#connection;
  }

  #peer(): string {
    const target = parseAddress(this.#target.address);
    if (target?.kind !== 'ip') return 'unix:';
    const host = isLoopback(target.host) ? '127.0.0.1' : this.#machine.address;
    return formatAddress({ kind: 'ip', host, port: this.#network.ephemeralPort() });
  }
}

/** That nobody answers is learnt a moment later, as everything is. */
function refusedStream(world: World, life: Life, address: string): RpcStream {
  const label = `no connection to ${address}`;
  const { promise, reject } = Promise.withResolvers<never>();
  const action = { life, label, run: () => reject(new RpcError('UNAVAILABLE', label)) };
  world.enqueue(action);
  // Whoever pulls hears of it; nobody has to.
  promise.catch(() => undefined);
  return {
    next: () => promise,
    cancel() {
      world.withdraw(action);
      reject(new RpcError('CANCELLED', 'the call was cancelled'));
    },
  };
}

function failedStream(reason: RpcError): RpcStream {
  return { next: () => Promise.reject(reason), cancel: () => undefined };
}

function silence({ keepalive }: ChannelOptions): number | undefined {
  return keepalive === undefined ? undefined : keepalive.time + keepalive.timeout;
}
