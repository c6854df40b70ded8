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
  readonly peer: string;
  readonly maxReceiveBytes: number;
}

/** One call on a connection: a side each, and a link each way. */
export class Call {
  readonly spec: CallSpec;
  readonly client: ClientSide;
  readonly server: ServerSide;
  /** From the client to the server. */
  readonly up: Link;
  readonly down: Link;
  /** Messages that the server sent and the client has taken, and their bytes: what back-pressure looks at. */
  readonly window = { sent: 0, taken: 0, bytesSent: 0, bytesTaken: 0 };
  readonly #connection: Connection;

  constructor(world: World, connection: Connection, listener: Listener, spec: CallSpec) {
    this.spec = spec;
    this.#connection = connection;
    this.up = new Link(world, connection, connection.server);
    this.down = new Link(world, connection, connection.client);
    this.client = new ClientSide(world, this, connection.client);
    this.server = new ServerSide(world, this, listener);
    connection.calls.add(this);
    this.up.send(`-> ${spec.method} from ${connection.client.name}`, () => this.server.open());
  }

  get serverName(): string {
    return this.#connection.server.name;
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
