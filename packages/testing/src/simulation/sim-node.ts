import { Owner, ownedHost, type Host } from '@cosi-ts/core';
import type { Disk } from './disk/disk.ts';
import { virtualFiles } from './disk/virtual-files.ts';
import type { Volume } from './disk/volume.ts';
import type { Machine, Network } from './network/network.ts';
import { virtualRpc } from './network/virtual-rpc.ts';
import { Prng } from './prng.ts';
import { handlesOf } from './report.ts';
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
  /** Settled when a life's program has come up, be it the next life's. */
  #up = Promise.withResolvers<void>();

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

  get machine(): string {
    return this.#parts.machine.name;
  }

  /** Whether its program was started and has not ended since. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  /**
   * Runs its program. Resolves when it is up; if a crash comes in between, when it is up again.
   * @throws what the program throws; the process is ended then.
   */
  async start(): Promise<void> {
    const { program } = this.#parts;
    if (program === undefined) throw new Error(`node ${this.name} has no program to start`);
    if (this.#isRunning) throw new Error(`node ${this.name} is running already`);
    this.#isRunning = true;
    const life = this.#life;
    await Promise.race([this.#run(program), this.#up.promise]).catch((thrown: unknown) => {
      if (life === this.#life) this.end();
      throw thrown;
    });
  }

  /** Ends it in peace. */
  async stop(): Promise<void> {
    await this.#current.owner.close();
    this.end();
  }

  /** Timers, calls, listeners and locks that it holds: what a leak test looks at. */
  handles(): readonly string[] {
    const { world, network, volume } = this.#parts;
    return handlesOf(this.#life, world, network, volume);
  }

  /** Ends this life, with none of its code run, and makes the next one ready to start. */
  end(): void {
    this.#current.owner.drop();
    this.#parts.world.end(this.#life);
    this.#parts.network.end(this.#life);
    this.#parts.volume.end(this.#life);
    this.#isRunning = false;
    this.#life = { name: this.name, ended: false };
    this.#current = this.#begin();
  }

  /** Lets its wall clock jump by so many milliseconds; intervals are not touched. */
  skewClock(millis: number): void {
    this.#skew += millis;
  }

  async #run(program: Program): Promise<void> {
    await program(this.#current);
    const up = this.#up;
    this.#up = Promise.withResolvers<void>();
    up.resolve();
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
