import type { ListenOptions, RpcListener, RpcService, StreamHandler, UnaryHandler } from '@cosi-ts/core';
import type { Life, World } from '../world.ts';
import { formatAddress, type Address } from './address.ts';
import type { Connection } from './connection.ts';
import type { ServerSide } from './server-side.ts';

const MAX_RECEIVE = 4 * 1024 * 1024;

/** Milliseconds that handlers get to finish when nobody says how long. */
const GRACE = 5_000;

/** What serves at an address. */
export class Listener implements RpcListener {
  readonly life: Life;
  readonly machine: string;
  readonly bound: Address;
  readonly options: ListenOptions;
  readonly unary: ReadonlyMap<string, UnaryHandler>;
  readonly streams: ReadonlyMap<string, StreamHandler>;
  /** Calls whose handlers run. */
  readonly calls = new Set<ServerSide>();
  readonly connections = new Set<Connection>();
  readonly #world: World;
  readonly #unbind: () => void;
  #drained: (() => void) | undefined;
  #closing: Promise<void> | undefined;
  #isOpen = true;

  constructor(
    world: World,
    at: { readonly life: Life; readonly machine: string; readonly bound: Address },
    services: readonly RpcService[],
    options: ListenOptions,
    unbind: (listener: Listener) => void,
  ) {
    this.#world = world;
    this.life = at.life;
    this.machine = at.machine;
    this.bound = at.bound;
    this.options = options;
    this.unary = new Map(services.flatMap(({ unary }) => [...unary]));
    this.streams = new Map(services.flatMap(({ streams }) => [...streams]));
    this.#unbind = () => {
      this.#isOpen = false;
      unbind(this);
    };
  }

  get address(): string {
    return formatAddress(this.bound);
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
    if (this.calls.size === 0) this.#drained?.();
  }

  close(grace: number = GRACE): Promise<void> {
    this.#closing ??= this.#close(grace);
    return this.#closing;
  }

  destroy(): void {
    this.#unbind();
    for (const connection of this.connections) connection.cut();
    this.#drained?.();
  }

  async #close(grace: number): Promise<void> {
    this.#unbind();
    for (const call of this.calls) call.abort();
    if (this.calls.size === 0) return;
    await new Promise<void>((resolve) => {
      const label = `grace of ${this.address}`;
      const timer = this.#world.after(grace, { life: this.life, label, run: () => this.destroy() });
      this.#drained = () => {
        this.#world.cancel(timer);
        resolve();
      };
    });
  }
}
