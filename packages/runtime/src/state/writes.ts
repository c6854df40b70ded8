import {
  abortReason,
  messageOf,
  type Changelog,
  type Clock,
  type Change,
  type Timestamp,
  type Write,
} from '@cosi-ts/core';
import type { Resource } from '@cosi-ts/resources';
import { accept } from './accept.ts';
import { subjectOf, type Command } from './command.ts';
import { decide, isRefusal, type Decision } from './decide.ts';
import { InvalidTransactionError } from './errors.ts';
import { initialVersion, markDestroyed, type KindIndex, type Kinds } from './kinds.ts';
import { refused } from './refused.ts';
import { mayBreak, staleRead } from './expectation.ts';
import type { Attribution, TransactOptions } from './state.ts';
import type { BackingStore } from './store/backing-store.ts';
import { Lanes } from './store/lanes.ts';
import { Publisher } from './store/publisher.ts';

/** A command with where it goes. */
interface Placed {
  readonly command: Command;
  readonly index: KindIndex;
  readonly id: string;
}

/** Writes are decided, committed and applied: in memory at one go, with a store behind it once the store has kept them. */
export class Writes {
  readonly #clock: Clock;
  readonly #changelog: Changelog<Resource>;
  readonly #kinds: Kinds;
  readonly #publisher: Publisher | undefined;
  readonly #lanes = new Lanes<KindIndex>();
  readonly #running = new Set<Promise<unknown>>();

  constructor(clock: Clock, changelog: Changelog<Resource>, kinds: Kinds, store: BackingStore | undefined) {
    this.#clock = clock;
    this.#changelog = changelog;
    this.#kinds = kinds;
    this.#publisher = store && new Publisher(changelog, store);
  }

  /** Why nothing can be written any more. */
  get failure(): Error | undefined {
    return this.#publisher?.failure;
  }

  /** Resolves once everything that was asked for is answered. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  /** @param toResult what the caller is given, made of the resource as it is then, or was at last. */
  one(command: Command, options: Attribution): Promise<Resource>;
  one<T>(command: Command, options: Attribution, toResult: (resource: Resource) => T): Promise<T>;
  one<T>(command: Command, options: Attribution, toResult?: (resource: Resource) => T): Promise<T | Resource> {
    if (this.#publisher !== undefined) {
      return this.#backed(this.#publisher, [command], options).then(([resource]) =>
        toResult === undefined ? (resource as Resource) : toResult(resource as Resource),
      );
    }
    try {
      const result = this.#atOnce(command, options);
      if (isRefusal(result)) return refused(result);
      return Promise.resolve(toResult === undefined ? result : toResult(result));
    } catch (thrown) {
      return refused(thrown instanceof Error ? thrown : new Error(messageOf(thrown)));
    }
  }

  /** A write to a state in memory, without a promise. @throws the refusal */
  now(command: Command, options: Attribution): Resource {
    const result = this.#atOnce(command, options);
    if (isRefusal(result)) throw result;
    return result;
  }

  /** @throws as the single writes: the first refusal refuses them all. InvalidTransactionError */
  async all(commands: readonly Command[], options: TransactOptions): Promise<readonly Resource[]> {
    if (this.#publisher !== undefined) return this.#backed(this.#publisher, commands, options);
    options.signal?.throwIfAborted();
    this.#requireUnchanged(options);
    const writes: Write<Resource>[] = [];
    const results = this.#decideAll(this.#place(commands), writes);
    if (writes.length > 0) this.#commit(writes, options);
    return results;
  }

  #atOnce(command: Command, options: Attribution): Resource | Error {
    if (options.signal?.aborted === true) return abortReason(options.signal);
    const pointer = subjectOf(command);
    const index = this.#kinds.of(pointer);
    const { table } = index;
    const { id } = pointer;
    const now = this.#clock.now();
    const entry = table.find(id);
    const stored = entry?.value;
    const decision = decideAndAccept(command, index, stored, now);
    if (isRefusal(decision)) return decision;
    if (command.do === 'destroy') {
      this.#changelog.commitOne(table, id, entry, undefined, now, options);
      markDestroyed(index, decision.metadata.version);
    } else if (decision !== stored) {
      this.#changelog.commitOne(table, id, entry, decision, now, options);
    }
    return decision;
  }

  /** The same behind a store: behind all who write to the same ids, and visible once the store has kept it. */
  #backed(publisher: Publisher, commands: readonly Command[], options: TransactOptions): Promise<readonly Resource[]> {
    const running = this.#inTurn(publisher, commands, options);
    this.#running.add(running);
    const forget = (): void => void this.#running.delete(running);
    running.then(forget, forget);
    return running;
  }

  async #inTurn(
    publisher: Publisher,
    commands: readonly Command[],
    options: TransactOptions,
  ): Promise<readonly Resource[]> {
    const placed = this.#place(commands);
    const { turn, leave } = this.#lanes.enter(placed.map(({ index, id }) => [index, id]));
    try {
      await turn;
      const { unchanged } = options;
      // What is in flight comes before this commit, though nobody sees it yet.
      if (unchanged !== undefined) await publisher.settled((change) => mayBreak(unchanged, change));
      if (publisher.failure !== undefined) throw publisher.failure;
      options.signal?.throwIfAborted();
      this.#requireUnchanged(options);
      const writes: Write<Resource>[] = [];
      const results = this.#decideAll(placed, writes);
      if (writes.length > 0) {
        const changes = this.#changelog.prepare(writes, options);
        await publisher.commit(writes, changes);
        this.#raiseMarks(changes);
      }
      return results;
    } finally {
      leave();
    }
  }

  #requireUnchanged({ unchanged }: TransactOptions): void {
    const stale = unchanged && staleRead(this.#kinds, unchanged);
    if (stale !== undefined) throw stale;
  }

  #place(commands: readonly Command[]): Placed[] {
    const seen = new Map<KindIndex, Set<string>>();
    return commands.map((command) => {
      const pointer = subjectOf(command);
      const index = this.#kinds.of(pointer);
      const ids = seen.get(index) ?? new Set();
      if (ids.has(pointer.id)) throw new InvalidTransactionError(pointer, 'there is more than one command for it');
      seen.set(index, ids.add(pointer.id));
      return { command, index, id: pointer.id };
    });
  }

  #decideAll(placed: readonly Placed[], writes: Write<Resource>[]): readonly Resource[] {
    const now = this.#clock.now();
    return placed.map(({ command, index: kind, id }) => {
      const stored = kind.table.get(id);
      const decision = decideAndAccept(command, kind, stored, now);
      if (isRefusal(decision)) throw decision;
      const after = command.do === 'destroy' ? undefined : decision;
      if (after !== stored) writes.push({ table: kind.table, key: id, after });
      return decision;
    });
  }

  #commit(writes: readonly Write<Resource>[], options: Attribution): void {
    this.#raiseMarks(this.#changelog.commit(writes, options));
  }

  #raiseMarks(changes: readonly Change<Resource>[]): void {
    for (const { before, after } of changes) {
      if (after === undefined && before !== undefined) {
        markDestroyed(this.#kinds.of(before.metadata), before.metadata.version);
      }
    }
  }
}

/** @returns the resource as it will be (or was, if it is destroyed), or a refusal. */
function decideAndAccept(command: Command, index: KindIndex, stored: Resource | undefined, now: Timestamp): Decision {
  const decision = decide(command, stored, initialVersion(index), now);
  if (isRefusal(decision) || decision === stored) return decision;
  return accept(index, decision, stored) ?? decision;
}
