import { Backoff, messageOf, sleep, type ChangesCursor, type Host } from '@cosi-ts/core';
import type { LocalCopy, State } from '../../state/state.ts';
import { kindKey, type Kind, type Resource } from '@cosi-ts/resources';
import { openHealingWatch, type HealingSource } from './healing-watch.ts';
import { mirrorsOf, type Mirror } from './mirror.ts';

/**
 * Local replicas of a server's kinds, for who wants the last states of what changed. A kind is followed, by one healing
 * watch, while somebody has a cursor on it; what it was at last stays, and is brought up to date when somebody comes
 * again.
 */
export function replicasOf(
  source: HealingSource & { readonly host: ReplicaHost },
): Required<Pick<State, 'changes' | 'caughtUp' | 'copy'>> {
  const mirror = mirrorsOf(source.host.clock, source.types);
  const replicas = new Map<string, Replica>();
  const replicaOf = (kind: Kind): Replica => {
    const key = kindKey(kind);
    const known = replicas.get(key) ?? new Replica(source, kind, mirror(kind));
    replicas.set(key, known);
    return known;
  };
  return {
    changes: (kind, since) => replicaOf(kind).changes(since),
    caughtUp: (kind) => replicaOf(kind).caughtUp,
    copy: (kind) => replicaOf(kind),
  };
}

type ReplicaHost = Pick<Host, 'clock' | 'random' | 'timers' | 'log'>;

class Replica implements LocalCopy {
  readonly #source: HealingSource & { readonly host: ReplicaHost };
  readonly #kind: Kind;
  readonly #mirror: Mirror;
  readonly #caughtUp = Promise.withResolvers<void>();
  #following: AbortController | undefined;

  constructor(source: HealingSource & { readonly host: ReplicaHost }, kind: Kind, mirror: Mirror) {
    this.#source = source;
    this.#kind = kind;
    this.#mirror = mirror;
  }

  /** Resolves when the first listing is complete. */
  get caughtUp(): Promise<void> {
    return this.#caughtUp.promise;
  }

  get table(): Mirror['table'] {
    return this.#mirror.table;
  }

  changes(since: number | undefined): ChangesCursor<Resource> {
    const { table } = this;
    const cursor = table.changes(since, () => {
      if (table.followers > 0) return;
      this.#following?.abort();
      this.#following = undefined;
    });
    if (this.#following === undefined) {
      this.#following = new AbortController();
      void this.#follow(this.#following.signal);
    }
    return cursor;
  }

  /** Never gives up: a cursor has no way to tell its reader that it will stay silent. */
  async #follow(signal: AbortSignal): Promise<void> {
    const { host } = this.#source;
    const backoff = new Backoff(host.random);
    let isAgain = false;
    const succeeded = (isListed: boolean): void => {
      backoff.reset();
      if (!isListed) return;
      // As when a watch has to list anew: who followed meanwhile cannot know what happened in between.
      if (isAgain) this.table.relist();
      isAgain = true;
    };
    while (!signal.aborted && !this.#source.isClosed()) {
      const error = await this.#watch(signal, succeeded);
      if (error === undefined || this.#source.isClosed()) return;
      const retryIn = backoff.next();
      const { namespace, type } = this.#kind;
      host.log.error('a kind cannot be followed', { namespace, type, error: messageOf(error), retryIn });
      await sleep(host.timers, retryIn, signal).catch(() => undefined);
    }
  }

  /** @returns why the watch ended; undefined: nobody follows any more */
  async #watch(signal: AbortSignal, succeeded: (isListed: boolean) => void): Promise<unknown> {
    try {
      const budget = Number.POSITIVE_INFINITY;
      const options = { bootstrapContents: true, signal };
      const watch = await openHealingWatch({ ...this.#source, budget }, this.#mirror, this.#kind, options);
      // The mirror takes it all; its cursors tell.
      for await (const batch of watch) {
        const last = batch.at(-1);
        if (last?.type === 'errored') return last.error;
        const isListed = batch.some(({ type }) => type === 'bootstrapped');
        if (isListed) this.#caughtUp.resolve();
        succeeded(isListed);
      }
      return undefined;
    } catch (thrown) {
      return signal.aborted ? undefined : thrown;
    }
  }
}
