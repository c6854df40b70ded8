import type { ListenOptions, Logger, RpcListener, RpcService, StreamHandler, UnaryHandler } from '@cosi-ts/core';
import type { Life, World } from '../world.ts';
import { formatAddress, type Address } from './address.ts';
import type { Connection } from './connection.ts';
import type { ServerSide } from './server-side.ts';
import { stopping } from './status.ts';

const MAX_RECEIVE = 4 * 1024 * 1024;

/** Milliseconds that handlers get to finish when nobody says how long. */
const GRACE = 5_000;

/** Who listens. */
export interface ListenerPlace {
  readonly life: Life;
  readonly machine: string;
  readonly bound: Address;
  readonly log: Logger;
}

/** What serves at an address. */
export class Listener implements RpcListener {
  readonly place: ListenerPlace;
  readonly options: ListenOptions;
  readonly unary: ReadonlyMap<string, UnaryHandler>;
  readonly streams: ReadonlyMap<string, StreamHandler>;
  /** Calls whose handlers run. */
  readonly calls = new Set<ServerSide>();
  readonly connections = new Set<Connection>();
  readonly #world: World;
  readonly #unbind: (listener: Listener) => void;
  #isOpen = true;
  #onDrained: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  constructor(
    world: World,
    place: ListenerPlace,
    services: readonly RpcService[],
    options: ListenOptions,
    unbind: (listener: Listener) => void,
  ) {
    this.#world = world;
    this.place = place;
    this.options = options;
    this.unary = merged(services.map(({ unary }) => unary));
    this.streams = merged(services.map(({ streams }) => streams));
    this.#unbind = unbind;
  }

  get address(): string {
    return formatAddress(this.place.bound);
  }

  get log(): Logger {
    return this.place.log;
  }

  /** Whether it takes new calls. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  get maxReceiveBytes(): number {
    return this.options.maxReceiveBytes ?? MAX_RECEIVE;
  }

  /** A handler returned. */
  ended(call: ServerSide): void {
    this.calls.delete(call);
    if (this.calls.size === 0) this.#onDrained?.();
  }

  close(grace: number = GRACE): Promise<void> {
    this.#closing ??= this.#close(grace);
    return this.#closing;
  }

  renew(): void {
    // Nobody looks at identities here.
  }

  destroy(): void {
    this.#leave();
    for (const call of this.calls) call.silence();
    this.calls.clear();
    for (const connection of this.connections) connection.cut();
    this.#onDrained?.();
  }

  async #close(grace: number): Promise<void> {
    this.#leave();
    for (const call of this.calls) call.abort(stopping());
    if (this.calls.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onDrained = resolve;
    const label = `grace of ${this.address}`;
    const timer = this.#world.after(grace, { life: this.place.life, label, run: () => this.destroy() });
    await promise;
    this.#world.cancel(timer);
  }

  #leave(): void {
    this.#isOpen = false;
    this.#unbind(this);
  }
}

function merged<H>(maps: readonly ReadonlyMap<string, H>[]): ReadonlyMap<string, H> {
  const all = new Map<string, H>();
  for (const [path, handler] of maps.flatMap((map) => [...map])) {
    if (all.has(path)) throw new Error(`two services offer ${path}`);
    all.set(path, handler);
  }
  return all;
}
