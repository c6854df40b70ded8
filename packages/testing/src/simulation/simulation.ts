import { parseDuration } from '@cosi-ts/core';
import { Volume } from './disk/volume.ts';
import { crashFaults } from './crash-faults.ts';
import { Checks, type Count } from './checks.ts';
import type { Budget, Driver } from './driver.ts';
import { withoutFaults } from './faults.ts';
import { Network, type Machine } from './network/network.ts';
import type { SimWatch } from './network/sim-watch.ts';
import { describeWaiting } from './report.ts';
import { SimNode, type Program } from './sim-node.ts';
import type { Remark } from './trace.ts';
import type { LogLine } from './virtual-logger.ts';
import type { World } from './world.ts';

/** `'30s'`, or milliseconds. */
export type Span = string | number;

/** How long a verb may go on; more is taken for stuck. */
export interface Limits {
  /** Simulated time. */
  readonly within?: Span;
  readonly steps?: number;
}

export interface NodeOptions {
  /**
   * The computer it runs on; its own by default. Nodes on one machine share its disk, its loopback and its unix
   * sockets.
   */
  readonly machine?: string;
  /** The machine's addresses for others; beside its name. One of 10.0.0.0/24 by default. */
  readonly addresses?: readonly string[];
  /** What `start` and a restart run. */
  readonly program?: Program;
}

/** A world in which nodes live, and the verbs that move it. Verbs are awaited one at a time. */
export class Simulation {
  readonly #world: World;
  readonly #driver: Driver;
  readonly #network: Network;
  readonly #seed: number;
  readonly #epoch: number;
  readonly #nodes = new Map<string, SimNode>();
  readonly #machines = new Map<string, { readonly machine: Machine; readonly volume: Volume }>();
  readonly #log: LogLine[] = [];
  readonly #checks = new Checks();
  readonly #remarks: (() => readonly Remark[])[] = [];
  readonly #told: { readonly title: string; readonly lines: () => readonly string[] }[] = [];

  constructor(world: World, driver: Driver, seed: number, epoch: number) {
    this.#world = world;
    this.#driver = driver;
    this.#network = new Network(world);
    this.#seed = seed;
    this.#epoch = epoch;
    world.beforeStep = crashFaults(world, this.#nodes, (node) => this.crash(node));
  }

  /** Milliseconds of simulated time since it began. */
  get now(): number {
    return this.#world.now;
  }

  get log(): readonly LogLine[] {
    return this.#log;
  }

  get nodes(): ReadonlyMap<string, SimNode> {
    return this.#nodes;
  }

  /** A new node. */
  node(name: string, options: NodeOptions = {}): SimNode {
    if (this.#nodes.has(name)) throw new Error(`there is a node ${name} already`);
    const { machine, volume } = this.#machine(options.machine ?? name, options.addresses);
    const node = new SimNode({
      name,
      machine,
      volume,
      world: this.#world,
      network: this.#network,
      seed: this.#seed,
      epoch: this.#epoch,
      program: options.program,
      onLog: (line) => this.#hear(line),
    });
    this.#nodes.set(name, node);
    return node;
  }

  /** Lets one thing happen, without letting time pass. @returns whether there was one */
  async tick(): Promise<boolean> {
    const before = this.#world.steps;
    const isDone = (): boolean => this.#world.steps > before || this.#world.readyCount === 0;
    await this.#driver.request('tick()', isDone);
    return this.#world.steps > before;
  }

  /**
   * Moves on until nothing is left to happen but for background timers.
   * @throws StuckError if that takes more than `within` (an hour) of simulated time.
   */
  settle(limits: Limits = {}): Promise<void> {
    return this.#driver.request('settle()', () => this.#world.isQuiet, { budget: budgetOf(limits) });
  }

  /** Moves on by a span of time; timers of both kinds fire. */
  advance(span: Span): Promise<void> {
    const target = this.#world.now + millisOf(span);
    const isDone = (): boolean => this.#world.now >= target && this.#world.readyCount === 0;
    return this.#driver.request(`advance(${span})`, isDone, { horizon: target });
  }

  /** Moves on until `predicate`, which is asked before each step, holds. @throws StuckError */
  until(what: string, predicate: () => boolean, limits: Limits = {}): Promise<void> {
    return this.#driver.request(`until(${what})`, predicate, { budget: budgetOf(limits) });
  }

  /** Whether nothing is left to happen but for background timers. */
  isQuiet(): boolean {
    return this.#world.isQuiet;
  }

  /** From now on nothing goes wrong by itself. */
  quiet(): void {
    this.#world.faults = withoutFaults(this.#world.faults);
  }

  /** A decision of the scenario's own, from 0 (the boring one) to `count - 1`. */
  choose(label: string, count: number): number {
    const choice = this.draw(label, count);
    if (choice > 0) this.#world.note('', `chosen: ${label}, ${choice} of ${count - 1}`);
    return choice;
  }

  /** The same for who tells the reader better what came of it. @internal */
  draw(label: string, count: number): number {
    return this.#world.tape.choose(label, count);
  }

  /**
   * A node dies with none of its code run. If it has its machine for itself the machine dies with it, and the
   * disk keeps what was synced; else it is a killed process, and the disk keeps what was written.
   */
  crash(node: SimNode): void {
    this.note(`crash ${node.name}`);
    const neighbours = [...this.#nodes.values()].filter(({ machine }) => machine === node.machine);
    node.end();
    if (neighbours.length === 1) node.disk.crash(this.#world.tape, this.#world.faults.tear);
  }

  /** The watches that go through the network at this moment: all, or those that a node follows. */
  watches(client?: SimNode): readonly SimWatch[] {
    return this.#network.watches().filter((watch) => client === undefined || watch.client === client.name);
  }

  /**
   * The connection of a watch breaks, as by the fault `cut`: what is under way in it is lost, and both ends learn of it.
   * @throws Error if the watch has ended already: nothing would be tried.
   */
  cut(watch: SimWatch): void {
    if (!watch.isOpen) throw new Error(`${watch.method} of ${watch.server} for ${watch.client} has ended already`);
    this.fault(watch.client, `its connection to ${watch.server} breaks`);
    watch.cut();
  }

  /** Starts a node's program again, on what the disk kept. */
  restart(node: SimNode): Promise<void> {
    this.note(`restart ${node.name}`);
    return node.start();
  }

  /** What everybody waits for at this moment, to be read. */
  waiting(): string {
    return describeWaiting(this.#world, this.#network);
  }

  /** Writes a line of the scenario's own into the timeline. */
  note(label: string): void {
    this.#world.note('', label);
  }

  /** Tells the reader of the timeline that something goes wrong now. */
  fault(who: string, what: string): void {
    this.#world.note(who, `fault: ${what}`);
  }

  /** Something that must hold whenever the run comes by here; counted over a campaign. @throws AlwaysError */
  always(label: string, holds: boolean): void {
    this.#checks.always(label, holds);
  }

  /** Something that must hold here in some run of a campaign: else the campaign fails. */
  sometimes(label: string, holds: boolean): void {
    this.#checks.sometimes(label, holds);
  }

  /** The run came by here; a campaign can ask that some run does. */
  reachable(label: string): void {
    this.#checks.reachable(label);
  }

  /** What was counted so far. @internal */
  get checks(): ReadonlyMap<string, Readonly<Count>> {
    return this.#checks.counts;
  }

  /** How many lines the timeline has: the place of a remark that is written later. @internal */
  get place(): number {
    return this.#world.trace.length;
  }

  /** What a failure of the run tells between its decisions: asked for then. @internal */
  remarkAtFailure(remarks: () => readonly Remark[]): void {
    this.#remarks.push(remarks);
  }

  /** @internal */
  get remarks(): readonly Remark[] {
    return this.#remarks.flatMap((remarks) => remarks());
  }

  /** What a failure of the run shows at its end: asked for then. */
  showAtFailure(title: string, lines: () => readonly string[]): void {
    this.#told.push({ title, lines });
  }

  /** @internal */
  shownAtFailure(): readonly string[] {
    return this.#told.flatMap(({ title, lines }) => [`${title}:`, ...lines().map((line) => `  ${line}`)]);
  }

  #hear(line: LogLine): void {
    this.#log.push(line);
    if (line.level === 'debug') return;
    this.#world.note(line.node, `${line.level}: ${line.message}${fieldsOf(line.fields)}`);
  }

  #machine(name: string, addresses: readonly string[] = []): { readonly machine: Machine; readonly volume: Volume } {
    const known = this.#machines.get(name);
    if (known !== undefined) return known;
    const [first = `10.0.0.${this.#machines.size + 1}`, ...others] = addresses;
    const machine: Machine = { name, addresses: [first, ...others] };
    this.#network.addMachine(machine);
    const made = { machine, volume: new Volume(this.#world) };
    this.#machines.set(name, made);
    return made;
  }
}

/** ` (controller: volumes, error: refused)`. */
function fieldsOf(fields: LogLine['fields']): string {
  const texts = Object.entries(fields).map(
    ([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return texts.length === 0 ? '' : ` (${texts.join(', ')})`;
}

function budgetOf({ within, steps }: Limits): Partial<Budget> {
  return {
    ...(within === undefined ? {} : { within: millisOf(within) }),
    ...(steps === undefined ? {} : { steps }),
  };
}

function millisOf(span: Span): number {
  const millis = typeof span === 'number' ? span : parseDuration(span);
  if (millis === undefined || !(millis >= 0)) throw new RangeError(`not a span of time: ${span}`);
  return millis;
}
