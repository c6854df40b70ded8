import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from './connection.ts';
import { eachAffiliate, headers, type ClusterRequests } from './requests.ts';

export interface WatcherOptions {
  readonly cluster: ClusterRequests;
  /** How many affiliates there are at most. */
  readonly affiliates: number;
  /** Milliseconds to wait before a watch that was dropped is begun again. */
  readonly pause?: () => number;
  /** Called for each affiliate that is told. */
  readonly onTold?: (affiliate: number, version: number) => void;
}

/** A client's watch, which is begun again when the service drops it. */
export class Watcher {
  /** How often the service ended the watch. */
  drops = 0;
  /** Affiliates that were told of after the first message of each watch. */
  notifications = 0;
  /** The newest version that was told of each affiliate; -1 while none was. */
  readonly versions: Int32Array;
  /** How many affiliates are known. */
  known = 0;
  readonly #connection: Connection;
  readonly #options: WatcherOptions;
  readonly #headers = headers('Watch');

  constructor(connection: Connection, options: WatcherOptions) {
    this.#connection = connection;
    this.#options = options;
    this.versions = new Int32Array(options.affiliates).fill(-1);
  }

  static async open(address: string, options: WatcherOptions): Promise<Watcher> {
    const watcher = new Watcher(await Connection.open(address), options);
    await watcher.watch();
    return watcher;
  }

  get received(): number {
    return this.#connection.received;
  }

  /** Resolves with the first message. */
  watch(): Promise<void> {
    return new Promise((resolve) => {
      let isFirst = true;
      this.#connection.call(this.#headers(), this.#options.cluster.watch, {
        message: (bytes) => {
          this.#take(bytes, isFirst);
          if (isFirst) resolve();
          isFirst = false;
        },
        end: () => void this.#again().then(resolve),
      });
    });
  }

  close(): void {
    this.#connection.close();
  }

  #take(bytes: Buffer, isFirst: boolean): void {
    const { versions } = this;
    eachAffiliate(bytes, (affiliate, version) => {
      if (versions[affiliate] === -1) this.known += 1;
      versions[affiliate] = version;
      if (!isFirst) this.notifications += 1;
      this.#options.onTold?.(affiliate, version);
    });
  }

  async #again(): Promise<void> {
    // The service is gone, or we are.
    if (this.#connection.isClosed) return;
    this.drops += 1;
    const pause = this.#options.pause?.() ?? 0;
    if (pause > 0) await sleep(pause);
    await this.watch();
  }
}
