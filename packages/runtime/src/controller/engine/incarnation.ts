import {
  isAbortOf,
  keepRunning,
  messageOf,
  ownedHost,
  type Gate,
  type Host,
  type LogFields,
  type Owner,
  type RateLimiter,
} from '@cosi-ts/core';
import { from } from 'rxjs';
import { StaleReadError } from '../../state/errors.ts';
import type { OwnWrites } from '../../state/cached/own-writes.ts';
import type { Controller, Run } from '../controller.ts';
import type { ControllerLoad, RuntimeObserver } from '../metrics/observer.ts';
import { delayOf, outcomeOf, type Outcome } from '../outcome.ts';
import { accessOf, type AccessOptions } from './access.ts';
import type { Aims } from './aims.ts';
import type { InputChange, InputFollower } from './input-follower.ts';
import { Inputs } from './inputs.ts';
import { KeyMapping } from './key-mapping.ts';
import { KeyedQueue, type QueueWatcher } from './keyed-queue.ts';
import { wakeupsOf } from './wakeups.ts';
import { Worker } from './worker.ts';

export interface IncarnationOptions {
  readonly controller: Controller;
  readonly reads: AccessOptions;
  readonly own: OwnWrites;
  /** Of the whole runtime: it outlives this run. */
  readonly host: Host;
  readonly parent: Owner;
  readonly aims: Aims;
  readonly limiter: RateLimiter | undefined;
  readonly observer: RuntimeObserver | undefined;
  /** Milliseconds that a reconcile may go on after it was told to stop. */
  readonly grace: number;
  /** A reconcile succeeded. */
  succeeded(): void;
  /** The controller has nothing to do any more. */
  finished(): void;
  /** This run cannot go on. */
  failed(thrown: unknown): void;
}

/** Reconciles of one key in a row that others may come between, before it waits like one that failed. */
const MAX_ATTEMPTS = 16;

/** Milliseconds after which a hook that fails counts as one that had started well. */
const STEADY = 60_000;

/** One run of a controller, from its start to its end. */
export class Incarnation {
  readonly owner: Owner;
  readonly #options: IncarnationOptions;
  readonly #host: Host;
  readonly #queue: KeyedQueue;
  readonly #mappings: KeyedQueue;
  readonly #abandoned = Promise.withResolvers<void>();
  #inputs: Inputs | undefined;
  #mapping: KeyMapping | undefined;
  /** Maps changes to keys. */
  #scout: Worker | undefined;
  /** Tells the keys to begin with. */
  #initialKeys: Run['initialKeys'];
  #beginning = 0;
  #isFeeding = true;

  constructor(options: IncarnationOptions) {
    this.#options = options;
    const { controller, host, parent } = options;
    this.owner = parent.child(controller.name);
    this.#host = ownedHost(host, this.owner);
    this.#queue = new KeyedQueue(this.#host.timers, host.random, { watcher: watcherOf(options) });
    this.#mappings = new KeyedQueue(this.#host.timers, host.random);
    this.owner.attach({ drop: () => this.#release() });
    // Not when the owner closes what is attached: that waits for the workers, and they wait for keys.
    this.owner.signal.addEventListener('abort', () => this.#stop(), { once: true });
  }

  get isIdle(): boolean {
    return (
      this.owner.isOpen && !this.#isFeeding && this.#beginning === 0 && this.#queue.isIdle && this.#mappings.isIdle
    );
  }

  /** What it has to do at this moment. */
  load(): ControllerLoad {
    const times = this.#queue.workTimes().map((millis) => millis / 1000);
    const { depth, active } = this.#queue;
    return { depth, active, unfinished: times.reduce((sum, time) => sum + time, 0), longest: Math.max(0, ...times) };
  }

  start(): void {
    this.owner.run(async (signal) => {
      try {
        await Promise.race([this.#run(signal), this.#abandoned.promise]);
      } catch (thrown) {
        if (!isAbortOf(signal, thrown)) this.#options.failed(thrown);
      }
    });
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { controller, reads, own, aims, limiter, observer, parent } = this.#options;
    const { state, warnUncached } = reads;
    const { log } = this.#host;
    const wake = (key = ''): void => this.#queue.add(key);
    const run = await controller.start({ owner: this.owner, signal, log, wake });
    const inputs = new Inputs(controller, state, aims, () => this.#ready());
    this.#inputs = inputs;
    const access = accessOf(reads, own, this.#host, this.owner);
    const newWorker = (isAtomic = false): Worker =>
      new Worker({
        controller,
        state,
        access,
        warnUncached,
        host: this.#host,
        owner: this.owner,
        inputs,
        limiter,
        observer,
        isAtomic,
        log,
        wake,
        cleanedUp: this.#options.succeeded,
      });
    const scout = newWorker();
    this.#scout = scout;
    this.#mapping = new KeyMapping(
      ({ port, id, resource, last }) => run.keysOf(port, id, resource, last, scout.ports),
      this.#mappings,
      (key, cause) => this.#queue.add(key, cause),
      observer?.mapped && (({ port }, keys) => this.#mapped(port, keys)),
    );
    this.#initialKeys = run.initialKeys;
    await this.#begin();
    // Before any work: a key is judged by all that concerns it, never by the part that was read so far.
    if (state.caughtUp !== undefined) await inputs.caughtUp();
    await this.#feed();
    if (run.loop !== undefined) {
      await this.#runLoop(run.loop, newWorker(), wake);
      return;
    }
    const hands = Array.from({ length: controller.concurrency }, () => newWorker(controller.atomic));
    const ends = hands.map((worker) => this.#work(run, worker));
    ends.push(this.#workOnMappings(scout));
    if (run.hook !== undefined) ends.push(this.#keepHook(run.hook, newWorker(), wake));
    await Promise.all(ends);
    if (!parent.isDropped && !this.owner.isDropped) await run.shutdown?.();
  }

  /** Feeds the queue a microtask later, so that a burst is one pull. */
  #ready(): void {
    if (this.#isFeeding || !this.owner.isOpen) return;
    this.#isFeeding = true;
    queueMicrotask(this.#feedNow);
  }

  readonly #feedNow = (): void => {
    try {
      this.#feed()?.catch(this.#feedFailed);
    } catch (thrown) {
      this.#feedFailed(thrown);
    }
  };

  readonly #feedFailed = (thrown: unknown): void => {
    if (this.owner.isOpen) this.#options.failed(thrown);
  };

  /** Reads the inputs until nothing is left, then waits for more. @returns undefined if that was done at once */
  #feed(): Promise<void> | undefined {
    const { gate, pace } = this.#host;
    for (let input = this.#inputs?.next(); input !== undefined; input = this.#inputs?.next()) {
      if (gate !== undefined) return this.#feedThrough(gate, input);
      // What ran until now was somebody else's; what runs from here on is the mapping's.
      const turn = pace.yield() ?? this.#taken(input);
      if (turn !== undefined) return turn.then(() => (this.owner.isOpen ? this.#feed() : undefined));
    }
    this.#isFeeding = false;
    this.#inputs?.arm();
    return undefined;
  }

  #taken(input: InputFollower): Promise<void> | undefined {
    this.#take(input);
    return this.#host.pace.yield(this.#scout);
  }

  async #feedThrough(gate: Gate, input: InputFollower): Promise<void> {
    await gate.pass({ kind: 'pull', actor: this.#options.controller.name, label: input.label });
    if (!this.owner.isOpen) return;
    this.#take(input);
    await this.#feed();
  }

  #take(input: InputFollower): void {
    const changes = input.pull();
    for (let index = 0; index < changes.length; index += 1) {
      const change = changes[index] as InputChange;
      const removal = this.#inputs?.removalOf(change);
      if (removal !== undefined) this.#queue.add(removal, change.cause);
      else this.#mapping?.add(change);
    }
    if (input.takeListedAnew()) this.#beginAgain();
  }

  /** Adds the keys to begin with. */
  async #begin(): Promise<void> {
    const keys = this.#scout && (await this.#initialKeys?.(this.#scout.ports));
    for (const key of keys ?? []) this.#queue.add(key);
  }

  /** What is there of an output without an input is told by no change. */
  #beginAgain(): void {
    if (this.#initialKeys === undefined) return;
    this.#beginning += 1;
    void this.#begin().then(
      () => (this.#beginning -= 1),
      (thrown: unknown) => this.#feedFailed(thrown),
    );
  }

  async #work(run: Run, worker: Worker): Promise<void> {
    const { pace } = this.#host;
    while (this.owner.isOpen) {
      const item = this.#queue.take();
      if (item === undefined) {
        await this.#queue.available();
        continue;
      }
      const { key, causes } = item;
      const told = this.#options.observer === undefined ? undefined : this.#stopwatch(run, key);
      let outcome: Outcome | undefined;
      for (let attempt = 1; outcome === undefined; attempt += 1) {
        try {
          const result = await run.reconcile(worker.ports, key, worker.begin(key, causes));
          const committing = worker.commit();
          if (committing !== undefined) await committing;
          outcome = result === undefined ? SUCCESS : { kind: 'success', after: delayOf(result.requeueAfter) };
        } catch (thrown) {
          // What it was decided on has changed: once more, on what there is now.
          if (thrown instanceof StaleReadError && attempt < MAX_ATTEMPTS && this.owner.isOpen) continue;
          outcome = await this.#outcomeOf(thrown, worker);
          if (this.#isFatal(outcome)) {
            told?.(outcome);
            throw thrown;
          }
        } finally {
          worker.end();
        }
      }
      told?.(outcome);
      this.#settle(this.#queue, key, outcome, 'reconcile');
      if (outcome.kind !== 'failed') this.#options.succeeded();
      const turn = pace.yield(worker);
      if (turn !== undefined) await turn;
    }
  }

  #isFatal({ kind, after }: Outcome): boolean {
    return kind === 'failed' && after === undefined && this.#options.controller.style === 'loop';
  }

  /** Tells the observer, if there is one, how work that begins now ended. */
  #stopwatch(run: Run, key: string): ((outcome: Outcome) => void) | undefined {
    const { observer, host, controller } = this.#options;
    if (observer?.reconciled === undefined) return undefined;
    const startedAt = host.clock.monotonic();
    return (outcome) => {
      const seconds = (host.clock.monotonic() - startedAt) / 1000;
      const { name, style } = controller;
      observer.reconciled?.({ controller: name, style, outcome, seconds, inputs: run.inputsOf?.(key) });
    };
  }

  /** One that asks to run again without having failed has done its work: that is committed. */
  async #outcomeOf(thrown: unknown, worker: Worker): Promise<Outcome> {
    const outcome = outcomeOf(thrown, (reason) => worker.isAbort(reason));
    if (outcome.kind !== 'success' || outcome.after === undefined) return outcome;
    try {
      await worker.commit();
      return outcome;
    } catch (error) {
      return { kind: 'failed', error };
    }
  }

  async #runLoop(loop: NonNullable<Run['loop']>, worker: Worker, wake: () => void): Promise<void> {
    const wakeups = wakeupsOf(this.#queue, { owner: this.owner, pace: this.#host.pace, worker }, (causes) => {
      worker.begin('', causes);
    });
    const { signal, log, trackOutputs, cleanupOutputs } = worker.begin('', []);
    await loop(worker.ports, {
      signal,
      log,
      trackOutputs,
      cleanupOutputs,
      wake: () => wake(),
      wakeups,
      wakeups$: from(wakeups),
      resetRestartBackoff: this.#options.succeeded,
    });
    if (this.owner.isOpen) this.#options.finished();
  }

  #mapped(port: string, keys: number): void {
    const { observer, controller } = this.#options;
    const { name, style, ports } = controller;
    if (style === 'loop' || ports[port]?.kind === 'primary') return;
    observer?.mapped?.({ controller: name, style, outcome: { kind: 'success' }, seconds: 0, keys });
  }

  async #workOnMappings(scout: Worker): Promise<void> {
    const { controller, observer } = this.#options;
    const { clock, pace } = this.#host;
    while (this.owner.isOpen) {
      const item = this.#mappings.take();
      if (item === undefined) {
        await this.#mappings.available();
        continue;
      }
      const startedAt = clock.monotonic();
      let outcome: Outcome = SUCCESS;
      let keys = 0;
      try {
        scout.begin(item.key, item.causes);
        keys = (await this.#mapping?.run(item.key)) ?? 0;
      } catch (thrown) {
        outcome = outcomeOf(thrown, (reason) => scout.isAbort(reason));
      } finally {
        scout.end();
      }
      const seconds = (clock.monotonic() - startedAt) / 1000;
      observer?.mapped?.({ controller: controller.name, style: controller.style, outcome, seconds, keys });
      this.#settle(this.#mappings, item.key, outcome, 'mapping');
      const turn = pace.yield(scout);
      if (turn !== undefined) await turn;
    }
  }

  #settle(queue: KeyedQueue, key: string, outcome: Outcome, what: 'reconcile' | 'mapping'): void {
    if (!this.owner.isOpen) return;
    const { log } = this.#host;
    if (outcome.kind === 'failed') {
      const retryIn = Math.round(queue.failed(key, outcome.after));
      log.error(`${what} failed`, { ...subjectOf(what, key), error: messageOf(outcome.error), retryIn });
      return;
    }
    if (outcome.kind === 'skipped') log.info(`${what} skipped`, { ...subjectOf(what, key), reason: outcome.reason });
    queue.done(key, outcome.after);
  }

  #keepHook(hook: NonNullable<Run['hook']>, worker: Worker, wake: (key?: string) => void): Promise<void> {
    const { log } = this.#host;
    const { signal } = this.owner;
    return keepRunning(() => hook(worker.ports, { signal, log, wake }), {
      host: this.#host,
      signal,
      steady: STEADY,
      failed: (thrown, restartIn) =>
        log.error('hook failed', { error: messageOf(thrown), restartIn: Math.round(restartIn) }),
    });
  }

  /** Told to stop: what does not heed that is given up after a while, and reaches nothing any more. */
  #stop(): void {
    this.#release();
    const { grace, controller } = this.#options;
    this.#host.timers.after(grace, () => {
      this.#host.log.error('controller did not stop in time', { controller: controller.name, after: grace });
      this.#abandoned.resolve();
    });
  }

  #release(): void {
    this.#inputs?.close();
    this.#queue.close();
    this.#mappings.close();
  }
}

function watcherOf({ observer, controller, host }: IncarnationOptions): QueueWatcher | undefined {
  if (observer === undefined) return undefined;
  const { name } = controller;
  return {
    now: () => host.clock.monotonic(),
    queued: (isRetry) => observer.queued?.(name, isRetry),
    taken: (waited) => observer.taken?.(name, waited / 1000),
  };
}

const SUCCESS: Outcome = { kind: 'success' };

function subjectOf(what: 'reconcile' | 'mapping', key: string): LogFields {
  return what === 'reconcile' ? { key } : { input: key.replace('\n', ' ') };
}
