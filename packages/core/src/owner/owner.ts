/** How something started is ended: `close` in peace, `drop` as a crash would, with none of its own code run. */
export interface Attachment {
  /** Ends it gracefully; awaited by {@link Owner.close}, in reverse order of attachment. */
  close?(): void | Promise<void>;
  /** Releases what the mechanism holds (a timer, a cursor, a socket), synchronously and silently. */
  drop?(): void;
}

/** Takes an attachment back from its owner, once it ended by itself. */
export type Detach = () => void;

type OwnerState = 'open' | 'closing' | 'closed' | 'dropped';

/**
 * Whatever runs has an owner. Closing one aborts its signal, waits for its tasks and closes what it started,
 * children first. Dropping one is a crash: timers, cursors and unanswered calls vanish, promises that were
 * handed out through {@link Owner.guard} never settle, and no `catch` or `finally` of the owned code runs.
 */
export class Owner implements AsyncDisposable {
  readonly name: string;
  readonly #controller = new AbortController();
  readonly #attachments = new Set<Attachment>();
  /** Closed before everything else: what they started may run over what this owner holds. */
  readonly #children = new Set<Attachment>();
  readonly #tasks = new Set<Promise<void>>();
  #state: OwnerState = 'open';
  #closed: Promise<void> | undefined;

  constructor(name: string) {
    this.name = name;
  }

  /** Aborted when closing begins. A dropped owner's signal stays silent, for nobody is there to hear it. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  get isDropped(): boolean {
    return this.#state === 'dropped';
  }

  /** Closed or dropped: nothing that it owned may do anything any more. */
  get isEnded(): boolean {
    return this.#state === 'closed' || this.#state === 'dropped';
  }

  /** How many attachments and tasks are alive: what a leak test counts. */
  get liveCount(): number {
    return this.#children.size + this.#attachments.size + this.#tasks.size;
  }

  /** An owner that ends with this one, or before it. */
  child(name: string): Owner {
    const child = new Owner(`${this.name}/${name}`);
    const detach = this.#add(this.#children, { close: () => child.close(), drop: () => child.drop() });
    child.attach({ close: detach, drop: detach });
    return child;
  }

  /**
   * Takes charge of something that must be ended.
   * @throws Error if this owner is not open any more: starting work on it is a programming error.
   */
  attach(attachment: Attachment): Detach {
    return this.#add(this.#attachments, attachment);
  }

  #add(to: Set<Attachment>, attachment: Attachment): Detach {
    if (this.isEnded) {
      throw new Error(`owner ${this.name} is ${this.#state}: nothing can be started on it`);
    }
    to.add(attachment);
    return () => void to.delete(attachment);
  }

  /** Runs `release` when this owner closes; a drop skips it, as a crash would. */
  defer(release: () => void | Promise<void>): Detach {
    return this.attach({ close: release });
  }

  /**
   * Starts a task that closing waits for. A task must handle its own errors; what escapes is handed to
   * `onError` of the process through an unhandled rejection, since it is a programming error.
   */
  run(task: (signal: AbortSignal) => Promise<void>): void {
    if (this.#state !== 'open') throw new Error(`owner ${this.name} is ${this.#state}: no task can be started on it`);
    const running = task(this.signal).catch((thrown: unknown) => {
      if (this.#state === 'dropped' || this.signal.aborted) return;
      throw thrown;
    });
    this.#tasks.add(running);
    void running.finally(() => this.#tasks.delete(running));
  }

  /** A promise that settles as the given one does, or never once this owner was dropped. */
  guard<T>(promise: Promise<T>): Promise<T> {
    if (this.#state === 'dropped') {
      promise.catch(() => undefined);
      return never<T>();
    }
    return new Promise<T>((resolve, reject) => {
      promise.then(
        (value) => {
          if (this.#state !== 'dropped') resolve(value);
        },
        (thrown: unknown) => {
          // The reason is passed on untouched, whatever it is.
          // oxlint-disable-next-line prefer-promise-reject-errors
          if (this.#state !== 'dropped') reject(thrown);
        },
      );
    });
  }

  /** Ends everything in peace; idempotent. Never rejects for an attachment's error before all were closed. */
  close(reason?: Error): Promise<void> {
    if (this.#state === 'dropped') return Promise.resolve();
    this.#closed ??= this.#close(reason);
    return this.#closed;
  }

  /** A crash: see the class comment. Idempotent, synchronous. */
  drop(): void {
    if (this.#state === 'closed' || this.#state === 'dropped') return;
    this.#state = 'dropped';
    const attachments = [...this.#attachments, ...this.#children].reverse();
    this.#attachments.clear();
    this.#children.clear();
    this.#tasks.clear();
    for (const attachment of attachments) attachment.drop?.();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(reason: Error | undefined): Promise<void> {
    this.#state = 'closing';
    this.#controller.abort(reason ?? new DOMException(`${this.name} was closed`, 'AbortError'));
    const failures: unknown[] = [];
    // Tasks first: they heard the signal and may still need what is attached, to say goodbye through it.
    await this.#settleTasks();
    while (!this.isDropped) {
      const attachments = this.#children.size > 0 ? this.#children : this.#attachments;
      const attachment = [...attachments].at(-1);
      if (attachment === undefined) break;
      attachments.delete(attachment);
      try {
        await attachment.close?.();
      } catch (thrown) {
        failures.push(thrown);
      }
    }
    await this.#settleTasks();
    if (!this.isDropped) this.#state = 'closed';
    if (failures.length === 1) throw failures[0];
    if (failures.length > 1) throw new AggregateError(failures, `closing ${this.name} failed ${failures.length} times`);
  }

  async #settleTasks(): Promise<void> {
    while (this.#tasks.size > 0 && !this.isDropped) await Promise.allSettled(this.#tasks);
  }
}

/** A promise that never settles: what a dropped owner's code waits for. */
export function never<T>(): Promise<T> {
  return new Promise<T>(() => undefined);
}
