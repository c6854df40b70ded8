import {
  Backoff,
  isAbortOf,
  messageOf,
  ownedHost,
  sleep,
  type Host,
  type LogFields,
  type Owner,
  type RateLimiter,
} from '@cosi-ts/core';
import { from } from 'rxjs';
import { StaleReadError } from '../../state/errors.ts';
import type { State } from '../../state/state.ts';
import type { Controller, Run } from '../controller.ts';
import type { ControllerLoad, RuntimeObserver } from '../metrics/observer.ts';
import { delayOf, outcomeOf, type Outcome } from '../outcome.ts';
import type { Aims } from './aims.ts';
import { Inputs } from './inputs.ts';
import { KeyMapping } from './key-mapping.ts';
import { KeyedQueue, type QueueWatcher } from './keyed-queue.ts';
import { wakeupsOf } from './wakeups.ts';
import { Worker } from './worker.ts';

export interface IncarnationOptions {
  readonly controller: Controller;
  readonly state: State;
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
    return this.owner.isOpen && !this.#isFeeding && this.#queue.isIdle && this.#mappings.isIdle;
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
    const { controller, state, aims, limiter, observer, parent } = this.#options;
    const { log } = this.#host;
    const wake = (key = ''): void => this.#queue.add(key);
    const run = await controller.start({ owner: this.owner, signal, log, wake });
    const inputs = new Inputs(controller, state, aims, () => this.#ready());
    this.#inputs = inputs;
    const newWorker = (isAtomic = false): Worker =>
      new Worker({
        controller,
        state,
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
    this.#mapping = new KeyMapping(
      ({ port, id, resource, last }) => run.keysOf(port, id, resource, last, scout.ports),
      this.#mappings,
      (key, cause) => this.#queue.add(key, cause),
      observer?.mapped && (({ port }, keys) => this.#mapped(port, keys)),
    );
    for (const key of (await run.initialKeys?.(scout.ports)) ?? []) this.#queue.add(key);
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
    queueMicrotask(() => {
      this.#feed().catch((thrown: unknown) => {
        if (this.owner.isOpen) this.#options.failed(thrown);
      });
    });
  }

  async #feed(): Promise<void> {
    const { gate, pace } = this.#host;
    for (const input of this.#inputs?.ready() ?? []) {
      if (gate !== undefined) {
        await gate.pass({ kind: 'pull', actor: this.#options.controller.name, label: input.label });
      }
      if (!this.owner.isOpen) return;
      for (const change of input.pull()) {
        const removal = this.#inputs?.removalOf(change);
        if (removal !== undefined) this.#queue.add(removal, change.cause);
        else this.#mapping?.add(change);
      }
      const turn = pace.yield();
      if (turn !== undefined) await turn;
    }
    this.#isFeeding = false;
    this.#inputs?.arm();
  }

  #work(run: Run, worker: Worker): Promise<void> {
    const { observer, host, controller } = this.#options;
    return this.#workOn(this.#queue, worker, async ({ key, causes }) => {
      const startedAt = observer === undefined ? 0 : host.clock.monotonic();
      const tell =
        observer &&
        ((outcome: Outcome): void => {
          const seconds = (host.clock.monotonic() - startedAt) / 1000;
          observer.reconciled?.({ controller: controller.name, style: controller.style, outcome, seconds });
        });
      let outcome: Outcome | undefined;
      for (let attempt = 1; outcome === undefined; attempt += 1) {
        const context = worker.begin(key, causes);
        try {
          const result = await run.reconcile(worker.ports, key, context);
          const committing = worker.commit();
          if (committing !== undefined) await committing;
          outcome = { kind: 'success', after: delayOf(result?.requeueAfter) };
        } catch (thrown) {
          // What it was decided on has changed: once more, on what there is now.
          if (thrown instanceof StaleReadError && attempt < MAX_ATTEMPTS && this.owner.isOpen) continue;
          outcome = await this.#outcomeOf(thrown, worker);
          if (outcome.kind === 'failed' && outcome.after === undefined && controller.style === 'loop') {
            tell?.(outcome);
            throw thrown;
          }
        } finally {
          worker.end();
        }
      }
      tell?.(outcome);
      this.#settle(this.#queue, key, outcome, { what: 'reconcile', key });
      if (outcome.kind !== 'failed') this.#options.succeeded();
    });
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
    const wakeups = wakeupsOf(this.#queue, this.owner, (causes) => void worker.begin('', causes));
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

  #workOnMappings(scout: Worker): Promise<void> {
    return this.#workOn(this.#mappings, scout, async ({ key: job, causes }) => {
      scout.begin(job, causes);
      const { controller, observer, host } = this.#options;
      const startedAt = host.clock.monotonic();
      let outcome: Outcome = { kind: 'success' };
      let keys = 0;
      try {
        keys = (await this.#mapping?.run(job)) ?? 0;
      } catch (thrown) {
        outcome = outcomeOf(thrown, (reason) => scout.isAbort(reason));
      } finally {
        scout.end();
      }
      const seconds = (host.clock.monotonic() - startedAt) / 1000;
      observer?.mapped?.({ controller: controller.name, style: controller.style, outcome, seconds, keys });
      this.#settle(this.#mappings, job, outcome, { what: 'mapping', input: job.replace('\n', ' ') });
    });
  }

  async #workOn(
    queue: KeyedQueue,
    worker: Worker,
    handle: (item: NonNullable<ReturnType<KeyedQueue['take']>>) => Promise<void>,
  ): Promise<void> {
    const { pace } = this.#host;
    while (this.owner.isOpen) {
      const item = queue.take();
      if (item === undefined) {
        await queue.available();
        continue;
      }
      await handle(item);
      const turn = pace.yield(worker);
      if (turn !== undefined) await turn;
    }
  }

  #settle(
    queue: KeyedQueue,
    key: string,
    outcome: Outcome,
    { what, ...fields }: LogFields & { readonly what: string },
  ): void {
    if (!this.owner.isOpen) return;
    const { log } = this.#host;
    if (outcome.kind === 'failed') {
      const retryIn = Math.round(queue.failed(key, outcome.after));
      log.error(`${what} failed`, { ...fields, error: messageOf(outcome.error), retryIn });
      return;
    }
    if (outcome.kind === 'skipped') log.info(`${what} skipped`, { ...fields, reason: outcome.reason });
    queue.done(key, outcome.after);
  }

  async #keepHook(hook: NonNullable<Run['hook']>, worker: Worker, wake: (key?: string) => void): Promise<void> {
    const { log, clock, timers, random } = this.#host;
    const { signal } = this.owner;
    const backoff = new Backoff(random);
    while (this.owner.isOpen) {
      const startedAt = clock.monotonic();
      try {
        await hook(worker.ports, { signal, log, wake });
        return;
      } catch (thrown) {
        if (isAbortOf(signal, thrown)) return;
        if (clock.monotonic() - startedAt > STEADY) backoff.reset();
        const restartIn = backoff.next();
        log.error('hook failed', { error: messageOf(thrown), restartIn: Math.round(restartIn) });
        await sleep(timers, restartIn, signal).catch(() => undefined);
      }
    }
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
