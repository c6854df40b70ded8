import { RpcError, type ChangesCursor, type Host, type RpcSink } from '@cosi-ts/core';
import { joinedParts } from '../../wire/entries.ts';
import type { Packed } from '../../wire/packed.ts';
import type { StoredAffiliate } from '../state/stored-affiliate.ts';
import type { WatchMessages } from './watch-messages.ts';

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

/** Bytes of a snapshot that are made at a time. */
const PART = 32 * 1024;

/** Affiliates that are told of at once, about 20 KB: what is not pulled yet can still be replaced by something newer. */
const BATCH = 32;

/**
 * Milliseconds that it takes to tell of an affiliate, about. Whoever was told rests for as long as it takes to tell
 * everybody else the same: when changes come faster than all can hear of them, each then hears the newest of more
 * affiliates at once, and of fewer states in between. Where few watch, or little changes, nobody ever rests.
 */
const TELLING = 0.005;
const SHORTEST_REST = 5;
const LONGEST_REST = 100;

/**
 * One watch stream: everything there is in the first message, which may be empty, then what changes, as it changes or,
 * while the receiver or the service is behind, several affiliates at once. What waits for a slow receiver is its
 * cursor's place, hence at most the newest state of each affiliate.
 */
export class Watch {
  readonly #options: WatchOptions;
  #release: (() => void) | undefined;
  /** How many affiliates were told of since it last knew of all. */
  #told = 0;
  /** By the monotonic clock; 0 while there is no need to look at it. */
  #restsUntil = 0;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /**
   * Runs until {@link end}.
   *
   * @throws RpcError ABORTED if the receiver is stuck, or missed more deletions than are remembered
   */
  async run(): Promise<void> {
    const turn = this.#turn();
    if (turn !== undefined) await turn;
    await this.#sendAll(this.#snapshot());
    await this.#follow();
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

  /** Tells what changes until it is ended. No promise is made for each message: a thousand may watch the same change. */
  #follow(): Promise<void> {
    const { cursor } = this.#options;
    return new Promise<void>((resolve, reject: (error: Error) => void) => {
      let hasTurn = false;
      const goOn = (): void => {
        try {
          while (!cursor.isClosed) {
            if (!cursor.isReady) {
              cursor.onReady(goOn);
              return;
            }
            const wait = hasTurn ? (this.#rest() ?? this.#tell()) : this.#turn();
            hasTurn = !hasTurn;
            if (wait !== undefined) {
              wait.then(goOn, reject);
              return;
            }
          }
          resolve();
        } catch (error) {
          reject(error as Error);
        }
      };
      goOn();
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

  /** Undefined once it rested, as nearly all have before it is their turn. */
  #rest(): Promise<void> | undefined {
    if (this.#restsUntil === 0) return undefined;
    const { clock, timers } = this.#options.host;
    const left = this.#restsUntil - clock.monotonic();
    this.#restsUntil = 0;
    if (left <= 0) return undefined;
    return new Promise((resolve) => {
      const timer = timers.after(left, resolve);
      this.#release = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  /** Tells some of what there is to tell. @returns what to wait for then */
  #tell(): Promise<void> | undefined {
    const { cursor, messages, sink } = this.#options;
    const batch = cursor.pull(BATCH);
    if (batch === undefined) return undefined;
    if (batch.reset) throw new RpcError('ABORTED', 'the watch fell too far behind: deletions were lost');
    this.#told += batch.changed.length;
    if (batch.complete) this.#beginRest();
    let room: Promise<void> | undefined;
    for (const message of messages.of(batch.changed)) room = sink.write(message) ?? room;
    return room && this.#waitFor(room);
  }

  #beginRest(): void {
    const { audience, host } = this.#options;
    const rest = this.#told * audience() * TELLING;
    if (rest >= SHORTEST_REST) this.#restsUntil = host.clock.monotonic() + Math.min(rest, LONGEST_REST);
    this.#told = 0;
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
