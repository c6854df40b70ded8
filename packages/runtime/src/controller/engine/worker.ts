import {
  isAbortOf,
  type Cause,
  type Host,
  type Logger,
  type Owner,
  type RateLimiter,
  type Runner,
} from '@cosi-ts/core';
import type { Kind } from '@cosi-ts/resources';
import type { BasicState, State } from '../../state/state.ts';
import { Transaction } from '../../state/transaction.ts';
import type { Controller, OpenPorts, ReconcileContext } from '../controller.ts';
import type { RuntimeObserver } from '../metrics/observer.ts';
import { openPorts } from '../port/open-ports.ts';
import { OutputTracker } from '../port/output-tracker.ts';
import { passage, seenTo } from '../port/passage.ts';
import type { OutputPort } from '../ports.ts';
import { accessTo, type Access } from './access.ts';
import type { Inputs } from './inputs.ts';

/** What a controller's workers share. */
export interface Workplace {
  readonly controller: Controller;
  /** Where transactions go. */
  readonly state: State;
  readonly access: Access;
  /** Whether reads that are not from what is at hand are told of. */
  readonly warnUncached: boolean;
  readonly host: Host;
  readonly owner: Owner;
  readonly inputs: Inputs;
  readonly limiter: RateLimiter | undefined;
  readonly observer: RuntimeObserver | undefined;
  /** Whether its work is committed at its end. */
  readonly isAtomic: boolean;
  readonly log: Logger;
  wake(key: string): void;
  cleanedUp(): void;
}

/** One hand of a controller: ports of its own, which know what it works on and why. */
export class Worker implements Runner {
  readonly ports: OpenPorts;
  readonly #place: Workplace;
  readonly #tracker = new OutputTracker();
  /** What the work under way has read and will write, if it is to be one commit. */
  #transaction: Transaction | undefined;
  #key = '';
  #causes: readonly Cause[] = NO_CAUSES;
  /** Signals that were handed out for the work under way. */
  #teardowns: { readonly signal: AbortSignal; readonly release: () => void }[] = [];

  constructor(place: Workplace) {
    this.#place = place;
    const { controller, host, owner, inputs, limiter, observer, log } = place;
    const { name } = controller;
    const onCall = observer?.called && ((kind: 'read' | 'write') => observer.called?.(name, kind));
    const warn = (verb: string, { namespace, type }: Kind): void =>
      log.warn('uncached read', { verb, namespace, type });
    this.ports = openPorts(controller.ports, {
      controller: controller.name,
      access: place.isAtomic ? accessTo(viewOf(() => this.#current())) : place.access,
      passage: passage({
        controller: name,
        owner,
        host,
        limiter,
        runner: this,
        isFar: place.state.transact === undefined,
        onCall,
        onUncachedRead: place.warnUncached ? warn : undefined,
      }),
      attribution: () => ({ actor: controller.name, causes: this.#causes }),
      written: (port, id) => this.#tracker.record(port, id),
      isAimedAt: (port, id) => inputs.isAimedAt(port, id),
      isAimedAtAll: (port) => inputs.isAimedAtAll(port),
      aim: (port, ids) => inputs.aim(port, ids),
      teardownSignal: (port, id, isGoing) => this.#teardownSignal(port, id, isGoing),
      awaitRemoval: (port, id) => inputs.awaitRemoval(port, id, this.#key),
    });
  }

  get name(): string {
    return this.#place.controller.name;
  }

  /** The key that it works on. */
  get task(): string {
    return this.#key;
  }

  /** Begins work on a key. @returns what the reconcile is told */
  begin(key: string, causes: readonly Cause[]): ReconcileContext {
    const { isAtomic, state, host } = this.#place;
    this.#key = key;
    this.#causes = causes;
    this.#transaction = isAtomic ? new Transaction(state, host) : undefined;
    return new Context(this, this.#place, key, causes);
  }

  /** Commits what the work wrote, if that waits for its end. @throws StaleReadError if it has to be done again */
  commit(): Promise<void> | undefined {
    return this.#transaction && this.#commit(this.#transaction);
  }

  async #commit(transaction: Transaction): Promise<void> {
    const { controller, host } = this.#place;
    const place = { actor: controller.name, label: `commit ${this.#key}` };
    await host.gate?.pass({ kind: 'call', ...place });
    if (this.#place.owner.isEnded) return;
    await transaction.commit({ actor: controller.name, causes: this.#causes });
  }

  #current(): Transaction {
    if (this.#transaction === undefined) throw new Error('an atomic controller works in its reconcile only');
    return this.#transaction;
  }

  trackOutputs(): void {
    this.#tracker.start();
  }

  /** Ends it, and whatever was held for it. */
  end(): void {
    this.#tracker.stop();
    this.#transaction = undefined;
    if (this.#teardowns.length === 0) return;
    for (const { release } of this.#teardowns) release();
    this.#teardowns = [];
  }

  /** Whether a rejection only says that a signal that the work was given ended it. */
  isAbort(thrown: unknown): boolean {
    return (
      isAbortOf(this.#place.owner.signal, thrown) || this.#teardowns.some(({ signal }) => isAbortOf(signal, thrown))
    );
  }

  async #teardownSignal(port: string, id: string, isGoing: () => Promise<boolean>): Promise<AbortSignal> {
    const controller = new AbortController();
    const fire = (): void => controller.abort(new DOMException(`${id} is being torn down`, 'AbortError'));
    // Before the resource is looked at: what happens in between is heard.
    const release = this.#place.inputs.watchTeardown(port, id, fire);
    this.#teardowns.push({ signal: controller.signal, release });
    if (await isGoing()) fire();
    return controller.signal;
  }

  async cleanupOutputs(outputs: readonly OutputPort<unknown>[]): Promise<void> {
    const { controller, cleanedUp } = this.#place;
    for (const output of outputs) {
      const name = Object.keys(this.ports).find((port) => this.ports[port] === output);
      if (name === undefined) throw new TypeError(`cleanupOutputs() takes ports of "${controller.name}"`);
      const all = await output.list();
      const own = all.filter(({ metadata }) => metadata.owner === controller.name);
      for (const id of this.#tracker.unwritten(
        name,
        own.map(({ metadata }) => metadata.id),
      )) {
        await output.remove(id);
      }
    }
    this.#tracker.stop();
    cleanedUp();
  }
}

const NO_CAUSES: readonly Cause[] = [];

/** The state as the present transaction sees it. */
function viewOf(current: () => Transaction): BasicState {
  return {
    get: async (pointer) => current().get(pointer),
    find: async (pointer) => current().find(pointer),
    list: async (kind, options) => current().list(kind, options),
    create: async (resource, options) => current().create(resource, options),
    update: async (resource, options) => current().update(resource, options),
    destroy: async (pointer, options) => current().destroy(pointer, options),
    teardown: async (pointer, options) => current().teardown(pointer, options),
  };
}

/** Its methods can be taken off it; those that nobody takes are never made. */
class Context implements ReconcileContext {
  readonly causes: readonly Cause[];
  readonly #worker: Worker;
  readonly #place: Workplace;
  readonly #key: string;

  constructor(worker: Worker, place: Workplace, key: string, causes: readonly Cause[]) {
    this.#worker = worker;
    this.#place = place;
    this.#key = key;
    this.causes = causes;
  }

  get signal(): AbortSignal {
    return this.#place.owner.signal;
  }

  get log(): Logger {
    return this.#place.log;
  }

  get wake(): ReconcileContext['wake'] {
    return (key = this.#key) => this.#place.wake(key);
  }

  get trackOutputs(): ReconcileContext['trackOutputs'] {
    return () => this.#worker.trackOutputs();
  }

  get cleanupOutputs(): ReconcileContext['cleanupOutputs'] {
    return (...outputs) => seenTo(this.#worker.cleanupOutputs(outputs));
  }
}
