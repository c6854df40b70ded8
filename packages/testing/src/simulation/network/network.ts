import { RpcError, type ListenOptions, type RpcService } from '@cosi-ts/core';
import type { Life, World } from '../world.ts';
import { formatAddress, isLoopback, isWildcard, parseAddress, type Address } from './address.ts';
import type { Connection } from './connection.ts';
import { Listener } from './listener.ts';

/** A computer in the simulated network: its own loopback, its own unix sockets, and an address that others reach. */
export interface Machine {
  readonly name: string;
  /** What its peers see as the source of its calls. */
  readonly address: string;
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

  addMachine(machine: Machine, aliases: readonly string[] = []): void {
    for (const host of [machine.name, machine.address, ...aliases]) this.#hosts.set(host, machine);
  }

  /** @throws RpcError `UNAVAILABLE` if the address is taken or cannot be one. */
  listen(
    life: Life,
    machine: Machine,
    address: string,
    services: readonly RpcService[],
    options: ListenOptions,
  ): Listener {
    const wanted = parseAddress(address);
    if (wanted === undefined) throw new RpcError('UNAVAILABLE', `no address to listen on: ${address}`);
    const bound = wanted.kind === 'ip' && wanted.port === 0 ? { ...wanted, port: this.ephemeralPort() } : wanted;
    if (this.#isTaken(machine, bound)) throw new RpcError('UNAVAILABLE', `address in use: ${formatAddress(bound)}`);
    if (bound.kind === 'ip' && !isWildcard(bound.host) && !isLoopback(bound.host)) this.#claim(machine, bound.host);
    const at = { life, machine: machine.name, bound };
    const listener = new Listener(this.world, at, services, options, () => void this.#listeners.delete(listener));
    this.#listeners.add(listener);
    return listener;
  }

  /** Who answers at an address when it is called from a machine. */
  find(machine: Machine, address: string): Listener | undefined {
    const target = parseAddress(address);
    if (target === undefined) return undefined;
    for (const listener of this.#listeners) if (this.#reaches(machine, target, listener)) return listener;
    return undefined;
  }

  /** A process died: its connections break and nobody answers at its addresses. */
  end(life: Life): void {
    for (const listener of this.#listeners) if (listener.life === life) this.#listeners.delete(listener);
    for (const connection of this.connections) {
      if (connection.client === life || connection.server === life) connection.cut();
    }
  }

  ephemeralPort(): number {
    const port = this.#nextPort;
    this.#nextPort = port === 65_535 ? FIRST_EPHEMERAL : port + 1;
    return port;
  }

  #claim(machine: Machine, host: string): void {
    const owner = this.#hosts.get(host);
    if (owner !== undefined && owner.name !== machine.name) {
      throw new RpcError('UNAVAILABLE', `${host} is an address of ${owner.name}, not of ${machine.name}`);
    }
    this.#hosts.set(host, machine);
  }

  #isTaken(machine: Machine, wanted: Address): boolean {
    for (const { machine: name, bound } of this.#listeners) {
      if (name !== machine.name) continue;
      if (bound.kind === 'unix' ? wanted.kind === 'unix' && bound.path === wanted.path : overlaps(bound, wanted))
        return true;
    }
    return false;
  }

  #reaches(from: Machine, target: Address, { machine, bound }: Listener): boolean {
    if (target.kind === 'unix') return bound.kind === 'unix' && machine === from.name && bound.path === target.path;
    if (bound.kind === 'unix' || bound.port !== target.port) return false;
    if (isLoopback(target.host)) return machine === from.name && (isWildcard(bound.host) || isLoopback(bound.host));
    if (this.#hosts.get(target.host)?.name !== machine) return false;
    // A machine's own name means any address it has; an address means that one.
    return isWildcard(bound.host) || bound.host === target.host || (target.host === machine && !isLoopback(bound.host));
  }
}

function overlaps(bound: Address, wanted: Address): boolean {
  if (bound.kind === 'unix' || wanted.kind === 'unix' || bound.port !== wanted.port) return false;
  return bound.host === wanted.host || isWildcard(bound.host) || isWildcard(wanted.host);
}
