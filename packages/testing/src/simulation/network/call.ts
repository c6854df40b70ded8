import type { CallOptions } from '@cosi-ts/core';
import type { World } from '../world.ts';
import { ClientSide } from './client-side.ts';
import type { Connection } from './connection.ts';
import { Link } from './link.ts';
import type { Listener } from './listener.ts';
import { ServerSide } from './server-side.ts';

/** What a call is about, as it was made. */
export interface CallSpec {
  readonly method: string;
  readonly request: Uint8Array;
  readonly options: CallOptions;
  readonly metadata: ReadonlyMap<string, readonly string[]>;
  readonly peer: string;
  readonly maxReceiveBytes: number;
}

/** How much may be under way before a writer is asked to wait; it goes on when half of that is taken. */
const WINDOW = { messages: 16, bytes: 65_536 };

/** One call on a connection: a side each, and a link each way. */
export class Call {
  readonly spec: CallSpec;
  readonly client: ClientSide;
  readonly server: ServerSide;
  /** From the client to the server. */
  readonly up: Link;
  readonly down: Link;
  /** Whether it is answered by a stream. */
  readonly isStream: boolean;
  readonly #connection: Connection;
  /** What the server sent and the client has not taken yet. */
  #messages = 0;
  #bytes = 0;
  #isWaking = false;

  constructor(world: World, connection: Connection, listener: Listener, spec: CallSpec) {
    this.spec = spec;
    this.#connection = connection;
    this.up = new Link(world, connection, connection.server);
    this.down = new Link(world, connection, connection.client);
    this.client = new ClientSide(world, this, connection.client);
    this.isStream = listener.streams.has(spec.method);
    this.server = new ServerSide(world, this, listener);
    connection.calls.add(this);
    this.up.send(`${spec.method} called by ${connection.client.name}`, () => this.server.open());
  }

  /** For a reader: what it is. */
  get label(): string {
    return `${this.spec.method} of ${this.#connection.server.name} for ${this.#connection.client.name}`;
  }

  get serverName(): string {
    return this.#connection.server.name;
  }

  get isWindowFull(): boolean {
    return this.#messages >= WINDOW.messages || this.#bytes >= WINDOW.bytes;
  }

  /** A message enters the window. */
  sent({ length }: Uint8Array): void {
    this.#messages += 1;
    this.#bytes += length;
  }

  /** A message leaves the window. */
  taken({ length }: Uint8Array): void {
    this.#messages -= 1;
    this.#bytes -= length;
    if (this.#messages > WINDOW.messages / 2 || this.#bytes > WINDOW.bytes / 2) return;
    if (!this.server.isBlocked || this.#isWaking) return;
    this.#isWaking = true;
    this.up.send(`go on with ${this.spec.method}`, () => {
      this.#isWaking = false;
      this.server.unblock();
    });
  }

  loseMessages(): void {
    this.up.cut();
    this.down.cut();
  }

  /** Both sides are done with it. */
  forget(): void {
    if (this.client.isEnded && this.server.isEnded) this.#connection.release(this);
  }
}
