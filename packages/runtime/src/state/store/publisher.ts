import type { Change, Changelog, Write } from '@cosi-ts/core';
import type { Resource } from '@cosi-ts/resources';
import { UnknownOutcomeError } from '../errors.ts';
import type { BackingStore, StoreCommit } from './backing-store.ts';

interface Flight {
  readonly writes: readonly Write<Resource>[];
  readonly changes: readonly Change<Resource>[];
  readonly published: PromiseWithResolvers<void>;
  /** What the store said: undefined as long as it says nothing. */
  outcome: 'kept' | 'refused' | undefined;
}

/** Publishes commits in their order, each once the store has kept it. */
export class Publisher {
  readonly #changelog: Changelog<Resource>;
  readonly #store: BackingStore;
  /** In the order of their positions. */
  readonly #flights: Flight[] = [];
  #failure: UnknownOutcomeError | undefined;

  constructor(changelog: Changelog<Resource>, store: BackingStore) {
    this.#changelog = changelog;
    this.#store = store;
  }

  /** Why it stopped, if it did. */
  get failure(): UnknownOutcomeError | undefined {
    return this.#failure;
  }

  /** Resolves when everybody sees it. @throws what the store refused it with, UnknownOutcomeError */
  commit(writes: readonly Write<Resource>[], changes: readonly Change<Resource>[]): Promise<void> {
    const flight: Flight = { writes, changes, published: Promise.withResolvers(), outcome: undefined };
    this.#flights.push(flight);
    // A store that throws instead of rejecting has refused it as well.
    const kept = (async () => this.#store.commit(commitOf(changes)))();
    kept.then(
      () => this.#settle(flight, 'kept'),
      (reason: unknown) => this.#refuse(flight, reason),
    );
    return flight.published.promise;
  }

  /** Resolves when no commit with such a change is in flight. */
  async settled(concerns: (change: Change<Resource>) => boolean): Promise<void> {
    for (;;) {
      const flights = this.#flights.filter(({ changes }) => changes.some(concerns));
      if (flights.length === 0) return;
      await Promise.allSettled(flights.map(({ published }) => published.promise));
    }
  }

  #settle(flight: Flight, outcome: 'kept' | 'refused'): void {
    flight.outcome = outcome;
    if (this.#failure !== undefined) return;
    for (let first = this.#flights[0]; first?.outcome !== undefined; first = this.#flights[0]) {
      this.#flights.shift();
      if (first.outcome === 'refused') continue;
      this.#changelog.publish(first.writes, first.changes);
      first.published.resolve();
    }
  }

  #refuse(flight: Flight, reason: unknown): void {
    if (reason instanceof UnknownOutcomeError) {
      this.#stop(reason);
      return;
    }
    if (this.#failure === undefined) flight.published.reject(reason);
    this.#settle(flight, 'refused');
  }

  /** Whether a commit was kept is unknown, so nothing behind it can be said either. */
  #stop(reason: UnknownOutcomeError): void {
    if (this.#failure !== undefined) return;
    this.#failure = reason;
    for (const { published } of this.#flights.splice(0)) published.reject(reason);
    this.#changelog.fail(reason);
  }
}

function commitOf(changes: readonly Change<Resource>[]): StoreCommit {
  const [first] = changes;
  if (first === undefined) throw new RangeError('a commit without changes');
  const { position, time, actor, causes } = first.commit;
  const events = changes.map(({ before, after }) => {
    const { namespace, type, id } = ((after ?? before) as Resource).metadata;
    return { namespace, type, id, before, after };
  });
  const destroyedMarks = events.flatMap(({ namespace, type, before, after }) =>
    after === undefined && before !== undefined ? [{ namespace, type, version: before.metadata.version }] : [],
  );
  return { position, time, actor, causes, events, destroyedMarks };
}
