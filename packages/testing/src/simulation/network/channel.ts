import {
  never,
  RpcError,
  type CallOptions,
  type ChannelOptions,
  type RpcChannel,
  type RpcStream,
  type RpcTarget,
} from '@cosi-ts/core';
import type { Life, World } from '../world.ts';
import { formatAddress, isLoopback, parseAddress, type Address } from './address.ts';
import { Call } from './call.ts';
import { Connection } from './connection.ts';
import type { Listener } from './listener.ts';
import { readMetadata } from './metadata.ts';
import type { Machine, Network } from './network.ts';
import { aborted } from './status.ts';

const MAX_RECEIVE = 4 * 1024 * 1024;

/** Milliseconds after which a server that says nothing else gives a silent client up. */
const SERVER_PATIENCE = 80_000;

/** A channel to an address; it connects when a call needs it to. */
export class Channel implements RpcChannel {
  readonly #network: Network;
  readonly #life: Life;
  readonly #machine: Machine;
  readonly #target: Address;
  readonly #options: ChannelOptions;
  readonly #calls = new Set<Closable>();
  #link: Established | undefined;
  #isClosed = false;

  constructor(network: Network, life: Life, machine: Machine, target: RpcTarget, options: ChannelOptions) {
    this.#network = network;
    this.#life = life;
    this.#machine = machine;
    this.#target = parseAddress(target.address);
    this.#options = options;
  }

  async unary(method: string, request: Uint8Array, options?: CallOptions): Promise<Uint8Array> {
    const answer = await this.stream(method, request, options).next();
    if (answer === undefined) throw new RpcError('INTERNAL', `${method} ended without an answer`);
    return answer;
  }

  stream(method: string, request: Uint8Array, options: CallOptions = {}): RpcStream {
    if (this.#life.ended) return deadStream;
    try {
      return this.#call(method, request, options);
    } catch (thrown) {
      if (!(thrown instanceof RpcError)) throw thrown;
      return failedStream(thrown);
    }
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  close(): void {
    this.#isClosed = true;
    for (const call of this.#calls) call.close('the channel was closed');
    this.#link?.connection.close();
  }

  #call(method: string, request: Uint8Array, options: CallOptions): RpcStream {
    if (this.#isClosed) throw new RpcError('CANCELLED', 'the channel was closed');
    if (options.signal?.aborted === true) throw aborted(options.signal);
    const metadata = readMetadata(options);
    const { world } = this.#network;
    const link = this.#connected();
    if (link === undefined) return this.#watched(new Refusal(world, this.#life, formatAddress(this.#target)));
    const maxReceiveBytes = this.#options.maxReceiveBytes ?? MAX_RECEIVE;
    const spec = { method, request: request.slice(), options, metadata, peer: link.peer, maxReceiveBytes };
    return this.#watched(new Call(world, link.connection, link.listener, spec).client);
  }

  #watched<C extends Closable>(call: C): C {
    this.#calls.add(call);
    call.onEnd = () => void this.#calls.delete(call);
    return call;
  }

  /** Undefined if nobody answers. */
  #connected(): Established | undefined {
    if (this.#link?.connection.isUsable === true && this.#link.listener.isOpen) return this.#link;
    const { world, connections } = this.#network;
    const listener = this.#network.find(this.#machine, this.#target);
    if (listener === undefined) return undefined;
    if (world.draw('refuse', this.#life.name, `${listener.address} refuses it`)) return undefined;
    const patience = { client: silence(this.#options), server: silence(listener.options) ?? SERVER_PATIENCE };
    const connection = new Connection(world, this.#life, listener.place.life, patience, (gone) => {
      connections.delete(gone);
      listener.connections.delete(gone);
    });
    connections.add(connection);
    listener.connections.add(connection);
    this.#link = { connection, listener, peer: this.#peer() };
    return this.#link;
  }

  #peer(): string {
    if (this.#target.kind === 'unix') return 'unix:';
    const host = isLoopback(this.#target.host) ? '127.0.0.1' : this.#machine.addresses[0];
    return formatAddress({ kind: 'tcp', host, port: this.#network.ephemeralPort() });
  }
}

interface Established {
  readonly connection: Connection;
  readonly listener: Listener;
  readonly peer: string;
}

/** A call as its channel sees it. */
interface Closable {
  onEnd: () => void;
  close(why: string): void;
}

/** A call that nobody answers: the caller learns of it a moment later, as of everything. */
class Refusal implements RpcStream, Closable {
  onEnd: () => void = () => undefined;
  readonly #outcome = Promise.withResolvers<never>();
  readonly #withdraw: () => void;

  constructor(world: World, life: Life, address: string) {
    // Whoever pulls hears of it; nobody has to.
    this.#outcome.promise.catch(() => undefined);
    const label = `no connection to ${address}`;
    const action = { life, label, run: () => this.#fail(new RpcError('UNAVAILABLE', label)) };
    world.enqueue(action);
    this.#withdraw = () => world.withdraw(action);
  }

  next(): Promise<never> {
    return this.#outcome.promise;
  }

  cancel(): void {
    this.close('the stream was cancelled');
  }

  close(why: string): void {
    this.#withdraw();
    this.#fail(new RpcError('CANCELLED', why));
  }

  #fail(error: RpcError): void {
    this.#outcome.reject(error);
    this.onEnd();
  }
}

const deadStream: RpcStream = { next: () => never(), cancel: () => undefined };

function failedStream(reason: RpcError): RpcStream {
  return { next: () => Promise.reject(reason), cancel: () => undefined };
}

function silence({ keepalive }: ChannelOptions): number | undefined {
  return keepalive === undefined ? undefined : keepalive.time + keepalive.timeout;
}
