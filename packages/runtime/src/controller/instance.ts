import { Backoff, isAbortOf, messageOf, ownedHost, type Cause, type Host, type Owner, type Timer } from '@cosi-ts/core';
import type { State } from '../state/state.ts';
import type { Controller, ReconcileContext, Run } from './controller.ts';
import { InputFollower } from './input.ts';
import { openPorts } from './port.ts';
import { KeyedQueue } from './queue.ts';

/**
 * One controller, kept running: started, fed with what its inputs say, its keys reconciled; started anew after
 * a backoff when it fails. A neighbour never notices.
 */
export class ControllerInstance {
  readonly controller: Controller;
  readonly #state: State;
  readonly #host: Host;
  readonly #owner: Owner;
  readonly #backoff: Backoff;
  /** The present one, or one that failed until the next one starts. */
  #incarnation: Incarnation | undefined;
  #restart: Timer | undefined;

  constructor(controller: Controller, state: State, host: Host, owner: Owner) {
    this.controller = controller;
    this.#state = state;
    this.#owner = owner;
    this.#host = { ...ownedHost(host, owner), log: host.log.child({ controller: controller.name }) };
    this.#backoff = new Backoff(host.random);
  }

  /** Whether nothing is to do: no key in line or under way, and no input unread. */
  get isIdle(): boolean {
    return this.#incarnation?.isIdle ?? false;
  }

  start(): void {
    if (!this.#owner.isOpen) return;
    this.#restart?.cancel();
    const incarnation = new Incarnation(this.controller, this.#state, this.#host, this.#owner, {
      succeeded: () => this.#backoff.reset(),
      failed: (thrown) => void this.#failed(incarnation, thrown),
    });
    this.#incarnation = incarnation;
    incarnation.start();
  }

  /** A crash: whatever it was doing vanishes, and it starts anew at once. Nothing happens to one that never ran. */
  crash(): void {
    if (this.#incarnation === undefined || !this.#owner.isOpen) return;
    this.#incarnation.owner.drop();
    this.start();
  }

  async #failed(incarnation: Incarnation, thrown: unknown): Promise<void> {
    if (incarnation !== this.#incarnation || !incarnation.owner.isOpen) return;
    const delay = this.#backoff.next();
    this.#host.log.error('controller failed', { error: messageOf(thrown), restartIn: Math.round(delay) });
    await incarnation.owner.close().catch((error: unknown) => {
      this.#host.log.error('controller did not stop cleanly', { error: messageOf(error) });
    });
    // A crash may have been faster.
    if (incarnation !== this.#incarnation || !this.#owner.isOpen) return;
    this.#restart = this.#host.timers.after(delay, () => this.start());
  }
}

interface Outcome {
  succeeded(): void;
  failed(thrown: unknown): void;
}

/** One run of a controller, from its start to its end. */
class Incarnation {
  readonly owner: Owner;
  readonly #controller: Controller;
  readonly #state: State;
  readonly #host: Host;
  readonly #outcome: Outcome;
  readonly #queue: KeyedQueue;
  #inputs: readonly InputFollower[] = [];
  #isFeeding = true;

  constructor(controller: Controller, state: State, host: Host, parent: Owner, outcome: Outcome) {
    this.#controller = controller;
    this.#state = state;
    this.owner = parent.child(controller.name);
    this.#host = ownedHost(host, this.owner);
    this.#outcome = outcome;
    this.#queue = new KeyedQueue(this.#host.timers, host.random);
    const release = (): void => this.#release();
    this.owner.attach({ drop: release });
    // Not when the owner closes what is attached: that waits for the workers, and they wait for keys.
    this.owner.signal.addEventListener('abort', release, { once: true });
  }

  get isIdle(): boolean {
    return this.owner.isOpen && this.#queue.isIdle && !this.#isFeeding;
  }

  start(): void {
    this.owner.run(async (signal) => {
      try {
        await this.#run(signal);
      } catch (thrown) {
        if (!isAbortOf(signal, thrown)) this.#outcome.failed(thrown);
      }
    });
  }

  async #run(signal: AbortSignal): Promise<void> {
    const run = await this.#controller.start({
      owner: this.owner,
      signal,
      log: this.#host.log,
      wake: (key = '') => this.#queue.add(key),
    });
    this.#inputs = Object.entries(this.#controller.ports).flatMap(([port, declaration]) =>
      followed(declaration, this.#controller) ? [new InputFollower(port, declaration, this.#state)] : [],
    );
    const first = this.#ports(() => []);
    for (const key of (await run.initialKeys?.(first)) ?? []) this.#queue.add(key);
    // Before any work: a key is judged by all that concerns it, never by the part that was read so far.
    await this.#feed(run);
    await Promise.all(Array.from({ length: this.#controller.concurrency }, () => this.#work(run, signal)));
  }

  /** Reads the inputs until nothing is left, then waits for more. */
  async #feed(run: Run): Promise<void> {
    for (const input of this.#inputs) {
      while (this.owner.isOpen && input.isReady) {
        await this.#host.gate?.pass({ kind: 'pull', actor: this.#controller.name, label: input.label });
        if (!this.owner.isOpen) return;
        for (const { port, id, resource, last, cause } of input.pull() ?? []) {
          for (const key of run.keysOf(port, id, resource, last)) this.#queue.add(key, cause);
        }
        await this.#host.pace.yield();
      }
    }
    this.#isFeeding = false;
    for (const input of this.#inputs) input.onReady(() => this.#wake(run));
  }

  /** Feeds again; a microtask later, so that a burst is one pull. */
  #wake(run: Run): void {
    if (this.#isFeeding || !this.owner.isOpen) return;
    this.#isFeeding = true;
    queueMicrotask(() => {
      this.#feed(run).catch((thrown: unknown) => this.#outcome.failed(thrown));
    });
  }

  async #work(run: Run, signal: AbortSignal): Promise<void> {
    let causes: readonly Cause[] = [];
    const ports = this.#ports(() => causes);
    while (this.owner.isOpen) {
      const item = this.#queue.take();
      if (item === undefined) {
        await this.#queue.available();
        continue;
      }
      causes = item.causes;
      const context: ReconcileContext = { signal, log: this.#host.log, causes };
      try {
        const result = await run.reconcile(ports, item.key, context);
        this.#queue.done(item.key, result?.requeueAfter);
        this.#outcome.succeeded();
      } catch (thrown) {
        if (signal.aborted) return;
        if (this.#controller.failure === 'all') throw thrown;
        const delay = this.#queue.failed(item.key);
        this.#host.log.error('reconcile failed', {
          key: item.key,
          error: messageOf(thrown),
          retryIn: Math.round(delay),
        });
      }
      const turn = this.#host.pace.yield();
      if (turn !== undefined) await turn;
    }
  }

  #ports(causes: () => readonly Cause[]): Readonly<Record<string, unknown>> {
    return openPorts(this.#controller.ports, {
      controller: this.#controller.name,
      owner: this.owner,
      state: this.#state,
      gate: this.#host.gate,
      causes,
    });
  }

  #release(): void {
    for (const input of this.#inputs) input.close();
    this.#queue.close();
  }
}

/** Inputs are followed; of their outputs, queue controllers follow what became ready to be destroyed. */
function followed(declaration: Controller['ports'][string], controller: Controller): boolean {
  return declaration.direction === 'input' || controller.failure === 'key';
}
