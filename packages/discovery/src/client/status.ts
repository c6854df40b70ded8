import { Changelog, type Clock, type Table, type Timestamp } from '@cosi-ts/core';

/** How a client stands with its service. */
export interface ClientStatus {
  /** The service spoken to, or tried next: the configured one, or the one it redirected to. */
  readonly endpoint: string;
  /** Whether the watch is open and has told what there is. */
  readonly connected: boolean;
  /** Whether the service has acknowledged all that is to be published. */
  readonly published: boolean;
  /** The address the service last saw this client at: 4 or 16 bytes; undefined if it does not tell. */
  readonly publicIp: Uint8Array | undefined;
  readonly lastError: ClientFailure | undefined;
  /** When the client last was connected. */
  readonly lastHealthy: Timestamp | undefined;
  /** How much of what others published could not be read and was left out, since the client began. */
  readonly skipped: number;
}

/** What went wrong last, and when. */
export interface ClientFailure {
  readonly message: string;
  readonly time: Timestamp;
}

const KEY = 'client';

/** The status as a table of one key, so that whoever shows it waits for its changes as for all others. */
export class StatusBoard {
  readonly table: Table<ClientStatus>;
  readonly #log: Changelog<ClientStatus>;
  readonly #clock: Clock;
  #status: ClientStatus;

  constructor(clock: Clock, endpoint: string) {
    this.#clock = clock;
    this.#log = new Changelog(clock);
    this.table = this.#log.table('status');
    this.#status = {
      endpoint,
      connected: false,
      published: false,
      publicIp: undefined,
      lastError: undefined,
      lastHealthy: undefined,
      skipped: 0,
    };
    this.#log.commit([{ table: this.table, key: KEY, after: this.#status }]);
  }

  get current(): ClientStatus {
    return this.#status;
  }

  update(changes: Partial<ClientStatus>): void {
    const after = { ...this.#status, ...changes };
    const names = Object.keys(changes) as (keyof ClientStatus)[];
    if (names.every((name) => after[name] === this.#status[name])) return;
    this.#status = after;
    this.#log.commit([{ table: this.table, key: KEY, after }]);
  }

  failed(message: string): void {
    this.update({ lastError: { message, time: this.#clock.now() } });
  }

  skip(count: number): void {
    this.update({ skipped: this.#status.skipped + count });
  }
}
