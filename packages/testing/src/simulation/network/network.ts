import { RpcError, type ListenOptions, type RpcService } from '@cosi-ts/core';
import type { Life, World } from '../world.ts';
import { formatAddress, isLoopback, isWildcard, parseAddress, type Address } from './address.ts';
import type { Connection } from './connection.ts';
import { Listener, type ListenerPlace } from './listener.ts';
import { SimWatch } from './sim-watch.ts';

/** A computer in the simulated network: its own loopback, its own unix sockets, and addresses for others. */
export interface Machine {
  readonly name: string;
  /** The first is what peers see as the source of its calls. */
  readonly addresses: readonly [string, ...string[]];
}

/** Ports that the system chooses from. */
const FIRST_EPHEMERAL = 49_152;

/** Who listens where, and who is connected to whom. */
export class Network {
  readonly world: World;
  readonly connections = new Set<Connection>();
  /** Machines by each name and address they answer to. */
  readonly #hosts = new Map<string, Machine>();
  readonly #listeners = new Set<Listener>();
  #nextPort = FIRST_EPHEMERAL;

  constructor(world: World) {
    this.world = world;
  }

  get listeners(): ReadonlySet<Listener> {
    return this.#listeners;
  }

  addMachine(machine: Machine): void {
    for (const host of [machine.name, ...machine.addresses]) {
      if (this.#hosts.has(host)) throw new Error(`two machines answer to ${host}`);
      this.#hosts.set(host, machine);
    }
  }

  /** @throws RpcError `UNAVAILABLE` if the address cannot be had, `INVALID_ARGUMENT` if it is none. */
  listen(
    who: Omit<ListenerPlace, 'bound' | 'machine'> & { readonly machine: Machine },
    address: string,
    services: readonly RpcService[],
    options: ListenOptions,
  ): Listener {
    const bound = this.#bind(parseAddress(address), who.machine);
    const place = { ...who, machine: who.machine.name, bound };
    const listener = new Listener(this.world, place, services, options, (each) => void this.#listeners.delete(each));
    this.#listeners.add(listener);
    return listener;
  }

  /** Who answers at an address when it is called from a machine. */
  find(machine: Machine, target: Address): Listener | undefined {
    for (const listener of this.#listeners) if (this.#reaches(machine, target, listener.place)) return listener;
    return undefined;
  }

  /** A process died: its connections break and nobody answers at its addresses. */
  end(life: Life): void {
    for (const listener of this.#listeners) if (listener.place.life === life) listener.destroy();
    for (const connection of this.connections) {
      if (connection.client === life || connection.server === life) connection.cut();
    }
  }

  /** The streams that clients follow, the oldest first. */
  watches(): readonly SimWatch[] {
    const streams = [...this.connections].flatMap((connection) =>
      [...connection.calls].filter(({ isStream }) => isStream).map((call) => new SimWatch(call, connection)),
    );
    return streams.filter(({ isOpen }) => isOpen);
  }

  ephemeralPort(): number {
    const port = this.#nextPort;
    this.#nextPort = port === 65_535 ? FIRST_EPHEMERAL : port + 1;
    return port;
  }

  #bind(wanted: Address, machine: Machine): Address {
    const fail = (why: string): never => {
      throw new RpcError('UNAVAILABLE', `cannot listen on ${formatAddress(wanted)}: ${why}`);
    };
    const isTaken = [...this.#listeners].some(
      ({ place }) => place.machine === machine.name && overlaps(place.bound, wanted),
    );
    if (isTaken) fail('it is in use, by this or another process');
    if (wanted.kind === 'unix') return wanted;
    const host = wanted.host === '' ? '::' : wanted.host;
    if (!isWildcard(host) && !isLoopback(host) && this.#hosts.get(host)?.name !== machine.name) {
      fail(`no interface of ${machine.name} has the address (it has ${machine.addresses.join(', ')})`);
    }
    return { kind: 'tcp', host, port: wanted.port === 0 ? this.ephemeralPort() : wanted.port };
  }

  #reaches(from: Machine, target: Address, { machine, bound }: ListenerPlace): boolean {
    if (target.kind === 'unix') return bound.kind === 'unix' && machine === from.name && bound.path === target.path;
    if (bound.kind === 'unix' || bound.port !== target.port) return false;
    if (isLoopback(target.host)) return machine === from.name && (isWildcard(bound.host) || isLoopback(bound.host));
    if (this.#hosts.get(target.host)?.name !== machine) return false;
    // A machine's own name means any address it has; an address means that one.
    return isWildcard(bound.host) || bound.host === target.host || (target.host === machine && !isLoopback(bound.host));
  }
}

function overlaps(bound: Address, wanted: Address): boolean {
  if (bound.kind === 'unix') return wanted.kind === 'unix' && bound.path === wanted.path;
  if (wanted.kind === 'unix' || bound.port !== wanted.port) return false;
  return bound.host === wanted.host || isWildcard(bound.host) || isWildcard(wanted.host);
}
