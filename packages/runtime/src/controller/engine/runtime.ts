import { RateLimiter, type Host, type Owner, type RateLimiterOptions } from '@cosi-ts/core';
import type { Kind } from '@cosi-ts/resources';
import { ReadCache } from '../../state/cached/read-cache.ts';
import type { State } from '../../state/state.ts';
import type { Controller } from '../controller.ts';
import { checkGraph, type GraphFinding } from '../graph/check.ts';
import { DependencyDatabase, RegistrationError } from '../graph/database.ts';
import { edgesOf, type DependencyEdge } from '../graph/edges.ts';
import type { RuntimeObserver } from '../metrics/observer.ts';
import { ControllerInstance } from './instance.ts';

export interface ControllerRuntimeOptions {
  readonly state: State;
  readonly host: Host;
  /** Ends the controllers with it. */
  readonly owner: Owner;
  /** Bounds how often each controller may change the state; no bound by default. */
  readonly changeRate?: RateLimiterOptions | undefined;
  /** Milliseconds that a reconcile may go on after its signal was aborted, before it is given up; 10 s by default. */
  readonly stopGrace?: number | undefined;
  /**
   * Kinds that controllers read from a copy at hand, where reading would have to ask somebody else: a state behind a
   * network. It may be old, but a controller never sees less than it wrote itself; a port's `uncached` asks the state.
   */
  readonly cachedKinds?: readonly Kind[] | undefined;
  /** Logs each read of a controller that is not from a copy at hand. */
  readonly warnUncachedReads?: boolean | undefined;
  /** Kinds that others than controllers read and write: the check of the graph does not miss anybody there. */
  readonly external?: readonly Kind[] | undefined;
  /**
   * What a controller reads from and writes through, if that is not the state itself: a view of it, which may lag
   * behind, but never behind what the controller wrote itself. For tests.
   */
  readonly view?: ((controller: string) => State | undefined) | undefined;
  /** Hears what happens, for metrics. */
  readonly observer?: RuntimeObserver | undefined;
}

/** Milliseconds. */
const STOP_GRACE = 10_000;

/** Runs controllers on a state: registers them, keeps each of them running, and knows who depends on what. */
export class ControllerRuntime {
  readonly #options: ControllerRuntimeOptions;
  readonly #database = new DependencyDatabase();
  readonly #instances = new Map<string, ControllerInstance>();
  #started = false;
  #cache: ReadCache | undefined;

  constructor(options: ControllerRuntimeOptions) {
    this.#options = options;
  }

  /**
   * Adds a controller; on a running runtime it starts at once.
   * @throws RegistrationError if it contradicts one that is registered; nothing of it is kept then.
   */
  register(controller: Controller): void {
    const { host, owner, observer, stopGrace: grace = STOP_GRACE, warnUncachedReads = false } = this.#options;
    const source = this.#options.state;
    const state = this.#options.view?.(controller.name) ?? source;
    if (controller.atomic === true && state.transact === undefined) {
      throw new RegistrationError(`controller "${controller.name}" is atomic, and the state has no transactions`);
    }
    const changeRate = controller.changeRate ?? this.#options.changeRate;
    const limiter = changeRate && new RateLimiter(changeRate);
    const cache = (): ReadCache | undefined => (state === source ? this.#cached() : undefined);
    const reads = { state, source, cache, warnUncached: warnUncachedReads };
    const instance = new ControllerInstance(controller, { reads, host, owner, limiter, observer, grace });
    this.#database.add(controller);
    this.#instances.set(controller.name, instance);
    const { name, style, concurrency } = controller;
    observer?.registered?.({ name, style, concurrency, load: () => instance.load() });
    if (this.#started) instance.start();
  }

  /** Starts what is registered, and logs what its graph looks like. It runs until the owner is closed or dropped. */
  start(): void {
    if (this.#started) throw new Error('runtime has already been started');
    this.#started = true;
    const { host, observer } = this.#options;
    const { log } = host;
    const cache = this.#cached();
    if (cache !== undefined) observer?.cached?.(() => cache.sizes());
    for (const { what, message } of this.checkGraph()) {
      if (what === 'cycle' || what === 'teardownDeadlock') log.warn(message);
      else log.debug(message);
    }
    for (const instance of this.#instances.values()) instance.start();
  }

  /** The state with its cached kinds read from what is at hand, for those beside the controllers. */
  cachedState(): State {
    return this.#cached()?.state() ?? this.#options.state;
  }

  /** Whether no controller has anything to do, apart from timers. */
  get isIdle(): boolean {
    return [...this.#instances.values()].every(({ isIdle }) => isIdle);
  }

  /** A controller crashes and starts anew: for tests and game days. @throws RangeError for an unknown name. */
  crash(name: string): void {
    const instance = this.#instances.get(name);
    if (instance === undefined) throw new RangeError(`no controller "${name}"`);
    instance.crash();
  }

  /** What may be a mistake in how the registered controllers fit together. What cannot be right is not registered. */
  checkGraph(): readonly GraphFinding[] {
    return checkGraph(this.#database.controllers(), this.#options.external);
  }

  #cached(): ReadCache | undefined {
    const { cachedKinds = [], state, host, owner } = this.#options;
    if (cachedKinds.length === 0 || state.copy === undefined) return undefined;
    this.#cache ??= new ReadCache(cachedKinds, { state, host, owner });
    return this.#cache;
  }

  /** Who reads and writes what at present, in COSI's order. */
  dependencyGraph(): readonly DependencyEdge[] {
    return edgesOf(this.#database.controllers(), (controller, port) => {
      return this.#instances.get(controller.name)?.aims.of(port);
    });
  }
}
