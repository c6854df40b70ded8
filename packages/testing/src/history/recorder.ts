import { RpcError } from '@cosi-ts/core';
import type { Kind, Pointer } from '@cosi-ts/resources';
import { StateError, type State, type Watch, type WatchEvent, type WatchKindOptions } from '@cosi-ts/runtime';
import { eventDigest } from './digest.ts';
import type { Call, History, Operation, Outcome, WatchBatch, WatchRecord } from './history.ts';

/** Writes down what clients do with a state. It must be empty at first, and nobody else may write to it. */
export class Recorder {
  readonly #operations: Writable<Operation>[] = [];
  readonly #watches: Recording[] = [];
  #moment = 0;

  get history(): History {
    return { operations: this.#operations, watches: this.#watches.map(({ record }) => record) };
  }

  /** A client's view of a state, or of its own way to it: a state that does the same, and remembers. */
  client(name: string, state: State): State {
    const call = <T extends Extract<Outcome, { kind: 'done' }>['value']>(
      command: Call,
      run: () => Promise<T>,
    ): Promise<T> => this.#call(name, command, run);
    const { transact } = state;
    return {
      get: (pointer) => call({ do: 'get', pointer }, () => state.get(pointer)),
      list: (kind, options) => call({ do: 'list', kind, query: options?.query }, () => state.list(kind, options)),
      create: (resource, options) =>
        call({ do: 'create', resource, owner: options?.owner }, () => state.create(resource, options)),
      update(resource, options) {
        const { owner, expectedPhase } = options ?? {};
        return call({ do: 'update', resource, owner, expectedPhase }, () => state.update(resource, options));
      },
      async destroy(pointer, options) {
        await call({ do: 'destroy', pointer, owner: options?.owner }, async () => {
          await state.destroy(pointer, options);
          return undefined;
        });
      },
      teardown: (pointer, options) =>
        call({ do: 'teardown', pointer, owner: options?.owner }, () => state.teardown(pointer, options)),
      transact:
        transact &&
        ((commands, options) => call({ do: 'transact', commands }, () => transact.call(state, commands, options))),
      watch: (pointer, options = {}) => this.#watch(name, pointer, options, () => state.watch(pointer, options)),
      watchKind: ({ namespace, type }, options = {}) =>
        this.#watch(name, { namespace, type }, options, () => state.watchKind({ namespace, type }, options)),
    };
  }

  /**
   * Says that nothing is left to happen: whoever waits for a watch now has been told everything.
   */
  quiet(): void {
    const moment = this.#next();
    for (const { record, isWaiting } of this.#watches) if (isWaiting) record.caughtUp.push(moment);
  }

  async #call<T extends Extract<Outcome, { kind: 'done' }>['value']>(
    client: string,
    command: Call,
    run: () => Promise<T>,
  ): Promise<T> {
    const operation: Writable<Operation> = {
      client,
      command,
      called: this.#next(),
      returned: undefined,
      outcome: undefined,
    };
    this.#operations.push(operation);
    try {
      const value = await run();
      operation.outcome = { kind: 'done', value };
      return value;
    } catch (thrown) {
      operation.outcome = refusalOf(thrown);
      throw thrown;
    } finally {
      operation.returned = this.#next();
    }
  }

  async #watch(
    client: string,
    target: Kind & Partial<Pointer>,
    options: WatchKindOptions,
    open: () => Promise<Watch>,
  ): Promise<Watch> {
    const record: Recording['record'] = {
      client,
      target,
      query: options.query,
      bootstrapContents: options.bootstrapContents === true,
      bootstrapBookmark: options.bootstrapBookmark === true,
      tailEvents: options.tailEvents ?? 0,
      from: options.from,
      called: this.#next(),
      opened: undefined,
      refusal: undefined,
      batches: [],
      closed: undefined,
      ended: undefined,
      caughtUp: [],
    };
    const recording: Recording = { record, isWaiting: false };
    this.#watches.push(recording);
    const close = (): void => void (record.closed ??= this.#next());
    options.signal?.addEventListener('abort', close, { once: true });
    try {
      const watch = await open();
      record.opened = this.#next();
      return this.#recorded(watch, recording, close);
    } catch (thrown) {
      record.refusal = thrown;
      throw thrown;
    }
  }

  #recorded(watch: Watch, recording: Recording, closed: () => void): Watch {
    const { record } = recording;
    const next = async (): Promise<readonly WatchEvent[] | undefined> => {
      recording.isWaiting = true;
      const events = await watch.next();
      recording.isWaiting = false;
      if (events === undefined) record.ended ??= this.#next();
      else record.batches.push({ at: this.#next(), events, digests: events.map(eventDigest) });
      return events;
    };
    const close = (): void => {
      closed();
      watch.close();
    };
    return {
      next,
      close,
      [Symbol.asyncDispose]: () => Promise.resolve(close()),
      async *[Symbol.asyncIterator]() {
        try {
          for (let batch = await next(); batch !== undefined; batch = await next()) yield batch;
        } finally {
          close();
        }
      },
    };
  }

  #next(): number {
    this.#moment += 1;
    return this.#moment;
  }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface Recording {
  readonly record: Writable<Omit<WatchRecord, 'batches' | 'caughtUp'>> & {
    readonly batches: WatchBatch[];
    readonly caughtUp: number[];
  };
  isWaiting: boolean;
}

/** An error that is no rule of the state says nothing about whether the call had its effect. */
function refusalOf(error: unknown): Outcome {
  const isRefusal = error instanceof StateError && error.code !== 'unknown-outcome' && !(error instanceof RpcError);
  return isRefusal ? { kind: 'refused', code: error.code } : { kind: 'unknown', error };
}
