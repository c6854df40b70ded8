import { Owner, ownedHost, type Host } from '@cosi-ts/core';
import type { Disk } from './disk/disk.ts';
import { virtualFiles, type Volume } from './disk/virtual-files.ts';
import type { Machine, Network } from './network/network.ts';
import { virtualRpc } from './network/virtual-rpc.ts';
import { Prng } from './prng.ts';
import { virtualHost } from './virtual-host.ts';
import { virtualLogger, type LogLine } from './virtual-logger.ts';
import type { Life, World } from './world.ts';

/** What a node's program is started with. */
export interface Start {
  /** This life's view of the outside; it ends with the owner. */
  readonly host: Host;
  readonly owner: Owner;
}

/** What a node runs. It resolves once the node is up; what goes on after that belongs to the owner. */
export type Program = (start: Start) => Promise<void> | void;

/** What a node is made of. */
export interface NodeParts {
  readonly name: string;
  readonly world: World;
  readonly network: Network;
  readonly machine: Machine;
  readonly volume: Volume;
  readonly seed: number;
  readonly epoch: number;
  readonly program: Program | undefined;
  readonly onLog: (line: LogLine) => void;
}

/** A simulated process, which may die and come back on the same disk. */
export class SimNode {
  readonly name: string;
  readonly #parts: NodeParts;
  readonly #prng: Prng;
  #life: Life;
  #current: Start;
  #skew = 0;
  #isRunning = false;

  constructor(parts: NodeParts) {
    this.name = parts.name;
    this.#parts = parts;
    // One sequence over all lives: a restarted node does not draw the same identity again.
    this.#prng = new Prng(parts.seed, `node ${parts.name}`);
    this.#life = { name: parts.name, ended: false };
    this.#current = this.#begin();
  }

  /** The host of the present life; after a crash, of the next one. */
  get host(): Host {
    return this.#current.host;
  }

  get owner(): Owner {
    return this.#current.owner;
  }

  get disk(): Disk {
    return this.#parts.volume.disk;
  }

  /** An address under which other nodes reach what it listens on. */
  get address(): string {
    return this.#parts.machine.addresses[0];
  }

  get life(): Life {
    return this.#life;
  }

  get machine(): string {
    return this.#parts.machine.name;
  }

  /** Whether its program was started and did not crash since. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Runs its program, on a fresh owner if it ran before. */
  async start(): Promise<void> {
    const { program } = this.#parts;
    if (program === undefined) throw new Error(`node ${this.name} has no program to start`);
    if (this.#isRunning) throw new Error(`node ${this.name} is running already`);
    if (!this.#current.owner.isOpen) this.#current = this.#begin();
    this.#isRunning = true;
    await program(this.#current);
  }

  /** Ends it in peace. */
  async stop(): Promise<void> {
    await this.#current.owner.close();
    this.end();
  }

  /** Ends this life, with none of its code run, and makes the next one ready to start. */
  end(): void {
    this.#current.owner.drop();
    this.#parts.world.end(this.#life);
    this.#parts.network.end(this.#life);
    for (const [path, holder] of this.#parts.volume.locks) {
      if (holder === this.#life) this.#parts.volume.locks.delete(path);
    }
    for (const watch of this.#parts.volume.watches) {
      if (watch.life === this.#life) this.#parts.volume.watches.delete(watch);
    }
    this.#isRunning = false;
    this.#life = { name: this.name, ended: false };
    this.#current = this.#begin();
  }

  /** Lets its wall clock jump by so many milliseconds; intervals are not touched. */
  skewClock(millis: number): void {
    this.#skew += millis;
  }

  #begin(): Start {
    const { world, network, machine, volume, epoch, onLog } = this.#parts;
    const life = this.#life;
    const owner = new Owner(this.name);
    const log = virtualLogger(world, life, onLog);
    const host = virtualHost({
      world,
      life,
      prng: this.#prng,
      epoch: () => epoch + this.#skew,
      files: virtualFiles(world, life, volume),
      rpc: virtualRpc(network, life, machine, log),
      log,
    });
    return { host: ownedHost(host, owner), owner };
  }
}
