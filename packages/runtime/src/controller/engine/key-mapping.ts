import type { Cause } from '@cosi-ts/core';
import type { Keys } from '../controller.ts';
import type { InputChange } from './input-follower.ts';
import type { KeyedQueue } from './keyed-queue.ts';

/**
 * From changes of inputs to keys. A mapper that answers at once costs nothing more. One that takes time, or fails,
 * becomes a job of its own: per resource one at a time, on the newest change, tried again after a backoff.
 */
export class KeyMapping {
  readonly #keysOf: (change: InputChange) => Keys | Promise<Keys>;
  readonly #found: (key: string, cause: Cause) => void;
  readonly #mapped: ((change: InputChange, keys: number) => void) | undefined;
  readonly #jobs: KeyedQueue;
  readonly #pending = new Map<string, InputChange>();
  /** Ports whose mappers take time. */
  readonly #slow = new Set<string>();
  /** Answers that are under way already. */
  readonly #begun = new Map<string, Promise<Keys>>();

  /** @param mapped told of each change that was mapped at once, and of how many keys it gave */
  constructor(
    keysOf: (change: InputChange) => Keys | Promise<Keys>,
    jobs: KeyedQueue,
    found: (key: string, cause: Cause) => void,
    mapped?: (change: InputChange, keys: number) => void,
  ) {
    this.#keysOf = keysOf;
    this.#jobs = jobs;
    this.#found = found;
    this.#mapped = mapped;
  }

  add(change: InputChange): void {
    const job = this.#pending.size === 0 && this.#slow.size === 0 ? undefined : jobOf(change);
    // Behind an older change of the same resource, so that none is mapped after a newer one.
    if (job !== undefined && (this.#pending.has(job) || this.#slow.has(change.port))) {
      this.#enqueue(job, change);
      return;
    }
    try {
      const keys = this.#keysOf(change);
      if (keys instanceof Promise) {
        this.#slow.add(change.port);
        keys.catch(() => undefined);
        this.#enqueue(jobOf(change), change);
        this.#begun.set(jobOf(change), keys);
        return;
      }
      for (let index = 0; index < keys.length; index += 1) this.#found(keys[index] as string, change.cause);
      this.#mapped?.(change, keys.length);
    } catch {
      // It is tried again, and fails where failures are told.
      this.#enqueue(jobOf(change), change);
    }
  }

  /** Does a job that was taken from the queue. @returns how many keys it gave. @throws what the mapper throws */
  async run(job: string): Promise<number> {
    const change = this.#pending.get(job);
    if (change === undefined) return 0;
    const begun = this.#begun.get(job);
    this.#begun.delete(job);
    const keys = await (begun ?? this.#keysOf(change));
    for (const key of keys) this.#found(key, change.cause);
    if (this.#pending.get(job) === change) this.#pending.delete(job);
    return keys.length;
  }

  #enqueue(job: string, change: InputChange): void {
    this.#pending.set(job, change);
    this.#begun.delete(job);
    this.#jobs.add(job, change.cause);
  }
}

/** No port is named with a line break. */
function jobOf({ port, id }: InputChange): string {
  return `${port}\n${id}`;
}
