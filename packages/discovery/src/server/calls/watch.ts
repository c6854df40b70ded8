import { RpcError, type Changed, type ChangesCursor, type Host, type RpcSink } from '@cosi-ts/core';
import { hasData, joinedParts } from '../../wire/entries.ts';
import type { Packed } from '../../wire/packed.ts';
import type { WatchMessages } from './watch-messages.ts';
import type { StoredAffiliate } from '../state/stored-affiliate.ts';

export interface WatchOptions {
  readonly cursor: ChangesCursor<StoredAffiliate>;
  readonly sink: RpcSink;
  readonly host: Host;
  readonly messages: WatchMessages;
  /** How many watch the same cluster. */
  readonly audience: () => number;
  /** Milliseconds that the receiver may take nothing while something waits for it. */
  readonly stuckTimeout: number;
}

/**
 * Milliseconds that a message takes, about. Whoever was told something rests for as long as it takes to tell everybody
 * else: when changes come faster than all can hear of them, each then hears of more at once, which costs less, and of
 * fewer in between. Where few watch, or little changes, nobody ever rests.
 */
const TELLING = 0.005;
const SHORTEST_REST = 5;
const LONGEST_REST = 250;

/** Bytes of a snapshot that are made at a time. */
const PART = 32 * 1024;

/**
 * One watch stream: everything there is in the first message, which may be empty, then each change in one of its own.
 * What waits for a slow receiver is its cursor's place, hence at most the newest state of each affiliate.
 */
export class Watch {
  readonly #options: WatchOptions;
  #release: (() => void) | undefined;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /**
   * Runs until {@link end}.
   *
   * @throws RpcError ABORTED if the receiver is stuck, or missed more deletions than are remembered
   */
  async run(): Promise<void> {
    const { cursor } = this.#options;
    const turn = this.#turn();
    if (turn !== undefined) await turn;
    await this.#sendAll(this.#snapshot());
    while (!cursor.isClosed) {
      if (!cursor.isReady) await cursor.ready();
      const rest = (await this.#tellAll()) * this.#options.audience() * TELLING;
      if (rest >= SHORTEST_REST) await this.#rest(Math.min(rest, LONGEST_REST));
    }
  }

  /** Ends it in peace, whatever still waits for the receiver. Idempotent. */
  end(): void {
    this.#options.cursor.close();
    this.#release?.();
  }

  /** All as one message. It may be long and its receiver slow: no more of it is made than is about to be sent. */
  async #sendAll(entries: readonly Packed[]): Promise<void> {
    const { cursor, sink } = this.#options;
    for (const [part, left] of joinedParts(entries, PART)) {
      const room = sink.writePart(part, left);
      // Whoever has heard a part of it must hear all of it, even at the end.
      if (room !== undefined && !cursor.isClosed) await this.#waitFor(room);
    }
  }

  /** Tells all that there is to tell. @returns how many messages that took */
  async #tellAll(): Promise<number> {
    const { cursor } = this.#options;
    let told = 0;
    while (cursor.isReady && !cursor.isClosed) {
      const turn = this.#turn();
      if (turn !== undefined) await turn;
      // One at a time: what is not pulled yet can still be replaced by something newer.
      const batch = cursor.pull(1);
      if (batch?.reset === true) throw new RpcError('ABORTED', 'the watch fell too far behind: deletions were lost');
      for (const changed of batch?.changed ?? []) {
        const blocked = this.#tell(changed);
        if (blocked !== undefined) await blocked;
        told += 1;
      }
    }
    return told;
  }

  #rest(millis: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#options.host.timers.after(millis, resolve);
      this.#release = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  #snapshot(): Packed[] {
    const entries: Packed[] = [];
    for (const { value } of this.#options.cursor.pull()?.changed ?? []) {
      if (value !== undefined) entries.push(value.entry);
    }
    return entries;
  }

  /** A thousand watchers of one change must not own the loop, and a simulation may let others go first. */
  #turn(): Promise<void> | undefined {
    const { gate, pace } = this.#options.host;
    return gate?.pass({ kind: 'pull', actor: 'discovery', label: 'watch' }) ?? pace.yield();
  }

  #tell({ key, value, recreated }: Changed<StoredAffiliate>): Promise<void> | undefined {
    const { messages, sink } = this.#options;
    if (value === undefined) return this.#send(messages.deletion(key));
    // Clients ignore what has no data: what they know of the node before it was deleted would stay for ever. The two
    // are sent as one, since what waits could become old.
    if (recreated === true && !hasData(value.entry)) void sink.write(messages.deletion(key));
    return this.#send(messages.update(value.entry));
  }

  #send(message: Uint8Array): Promise<void> | undefined {
    const { cursor, sink } = this.#options;
    if (cursor.isClosed) return undefined;
    const room = sink.write(message);
    return room && this.#waitFor(room);
  }

  #waitFor(room: Promise<void>): Promise<void> {
    const { host, stuckTimeout } = this.#options;
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        reject(new RpcError('ABORTED', `the watch is stuck: nothing was taken for ${stuckTimeout / 1000} s`));
      };
      const timer = host.timers.after(stuckTimeout, giveUp, { background: true });
      this.#release = () => {
        timer.cancel();
        resolve();
      };
      room.then(this.#release, reject);
    });
  }
}
