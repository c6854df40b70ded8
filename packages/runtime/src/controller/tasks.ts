import { keepRunning, messageOf, ownedHost, type Host, type Logger, type Owner } from '@cosi-ts/core';

/** What a task is told. */
export interface TaskContext {
  /** Owns what the task starts. */
  readonly owner: Owner;
  /** Aborted when it is not wanted any more. */
  readonly signal: AbortSignal;
  readonly log: Logger;
}

export interface TasksOptions<S> {
  readonly host: Host;
  /** Ends all of them: of a controller, the one that its `start` is given. */
  readonly owner: Owner;
  /** Does the work until it is done, or the signal ends it. One that fails is started again after a backoff. */
  readonly run: (id: string, spec: S, context: TaskContext) => Promise<void>;
  /** Whether a task may go on when it is wanted with another spec; by default only with the same. */
  readonly equals?: ((a: S, b: S) => boolean) | undefined;
}

interface Task<S> {
  readonly spec: S;
  readonly owner: Owner;
}

/**
 * Work in the background of a controller, by ids: which of it shall be there a reconcile says again and again. One that has
 * returned is done, and is not started again as long as it is wanted with the same spec.
 */
export class Tasks<S> {
  readonly #options: TasksOptions<S>;
  readonly #tasks = new Map<string, Task<S>>();

  constructor(options: TasksOptions<S>) {
    this.#options = options;
  }

  /** Those that are wanted, also if they are done. */
  ids(): readonly string[] {
    return [...this.#tasks.keys()];
  }

  /** Starts what is missing, starts anew what is wanted with another spec, and ends the rest. To be called one at a time. */
  async reconcile(wanted: ReadonlyMap<string, S>): Promise<void> {
    await Promise.all(this.ids().flatMap((id) => (wanted.has(id) ? [] : [this.stop(id)])));
    for (const [id, spec] of wanted) await this.start(id, spec);
  }

  /** Does nothing if it is there with an equal spec; one with another is ended first. */
  async start(id: string, spec: S): Promise<void> {
    const { host, owner: parent, run, equals = Object.is } = this.#options;
    const known = this.#tasks.get(id);
    if (known !== undefined && equals(known.spec, spec)) return;
    await this.stop(id);
    const owner = parent.child(`task ${id}`);
    const log = host.log.child({ task: id });
    this.#tasks.set(id, { spec, owner });
    owner.run((signal) =>
      keepRunning(() => run(id, spec, { owner, signal, log }), {
        host: ownedHost(host, owner),
        signal,
        failed: (thrown, restartIn) =>
          log.error('task failed', { error: messageOf(thrown), restartIn: Math.round(restartIn) }),
      }),
    );
  }

  /** Waits until it has ended. */
  async stop(id: string): Promise<void> {
    const task = this.#tasks.get(id);
    if (task === undefined) return;
    this.#tasks.delete(id);
    await task.owner.close();
  }
}
