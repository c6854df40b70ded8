import type { Call } from './call.ts';
import type { Connection } from './connection.ts';

/** A stream of a server that a client follows: a watch, as it crosses the network. */
export class SimWatch {
  /** The names of the nodes at its ends. */
  readonly client: string;
  readonly server: string;
  /** What was called: `/cosi.resource.State/Watch`. */
  readonly method: string;
  readonly #call: Call;
  readonly #connection: Connection;

  constructor(call: Call, connection: Connection) {
    this.client = connection.client.name;
    this.server = connection.server.name;
    this.method = call.spec.method;
    this.#call = call;
    this.#connection = connection;
  }

  get isOpen(): boolean {
    return this.#connection.calls.has(this.#call) && !this.#call.client.isEnded && this.#connection.carries;
  }

  /** Breaks the connection that it goes through, with whatever else does. */
  cut(): void {
    this.#connection.cut();
  }
}
