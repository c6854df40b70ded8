import { messageOf, RpcError, type RpcSink, type ServerCall } from '@cosi-ts/core';
import type { World } from '../world.ts';
import type { Call } from './call.ts';
import type { Listener } from './listener.ts';

/** How much may be under way before a writer is asked to wait. */
const WINDOW = { messages: 16, bytes: 65_536 };

/** A call as its handler sees it. */
export class ServerSide implements RpcSink {
  readonly #world: World;
  readonly #call: Call;
  readonly #listener: Listener;
  readonly #arrival: number | undefined;
  #controller: AbortController | undefined;
  #wasAborted = false;
  #isEnded = false;
  #blocked: (() => void) | undefined;

  constructor(world: World, call: Call, listener: Listener) {
    this.#world = world;
    this.#call = call;
    this.#listener = listener;
    const { timeout } = call.spec.options;
    this.#arrival = timeout === undefined ? undefined : world.now + timeout;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Whether the handler waits for the receiver. */
  get isBlocked(): boolean {
    return this.#blocked !== undefined;
  }

  get method(): string {
    return this.#call.spec.method;
  }

  /** The request arrived: the handler starts. */
  open(): void {
    const { method, request } = this.#call.spec;
    const unary = this.#listener.unary.get(method);
    const stream = this.#listener.streams.get(method);
    const { maxReceiveBytes } = this.#listener;
    if (request.length > maxReceiveBytes) {
      this.#end(new RpcError('RESOURCE_EXHAUSTED', `received message larger than max (${request.length} bytes)`));
    } else if (unary !== undefined) {
      this.#listener.calls.add(this);
      this.#follow(
        () => unary(request, this.#describe()),
        (answer) => this.#answer(answer),
      );
    } else if (stream !== undefined) {
      this.#listener.calls.add(this);
      this.#follow(
        () => stream(request, this.#describe(), this),
        () => this.#end(),
      );
    } else {
      this.#end(new RpcError('UNIMPLEMENTED', `the server does not implement the method ${method}`));
    }
  }

  write(message: Uint8Array): Promise<void> | undefined {
    if (this.#wasAborted || this.#isEnded) return undefined;
    const { window, down, client } = this.#call;
    const copy = message.slice();
    window.sent += 1;
    window.bytesSent += copy.length;
    down.send(`<- ${this.method}`, () => client.receive(copy));
    if (!this.#isBehind()) return undefined;
    return new Promise((resolve) => {
      this.#blocked = resolve;
    });
  }

  /** The receiver took something. */
  unblock(): void {
    if (!this.#isBehind()) this.#release();
  }

  /** The caller went away, or the listener is closing. */
  abort(): void {
    if (this.#wasAborted) return;
    this.#wasAborted = true;
    this.#controller?.abort();
    this.#release();
  }

  #describe(): ServerCall {
    const { spec } = this.#call;
    const signal = (): AbortSignal => this.#signal();
    return {
      method: spec.method,
      peer: spec.peer,
      metadata: readMetadata(spec.options.metadata ?? {}),
      timeLeft: this.#arrival === undefined ? undefined : Math.max(0, this.#arrival - this.#world.now),
      organizations: undefined,
      get signal() {
        return signal();
      },
    };
  }

  /** Made when somebody asks for it: most handlers never do. */
  #signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#wasAborted) this.#controller.abort();
    }
    return this.#controller.signal;
  }

  #follow<T>(handle: () => Promise<T>, onResult: (result: T) => void): void {
    let running: Promise<T>;
    try {
      running = handle();
    } catch (thrown) {
      this.#end(statusOf(thrown));
      return;
    }
    running.then(onResult, (thrown: unknown) => this.#end(statusOf(thrown)));
  }

  #answer(answer: Uint8Array): void {
    const copy = answer.slice();
    const { client } = this.#call;
    this.#conclude('answer', () => {
      client.receive(copy);
      client.finish();
    });
  }

  #end(error?: RpcError): void {
    const { client } = this.#call;
    this.#conclude(error === undefined ? 'end' : error.status, () => client.finish(error));
  }

  #conclude(label: string, deliver: () => void): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#release();
    this.#listener.ended(this);
    this.#call.down.send(`<- ${label} of ${this.method}`, deliver);
    this.#call.forget();
  }

  #isBehind(): boolean {
    const { sent, taken, bytesSent, bytesTaken } = this.#call.window;
    return sent - taken >= WINDOW.messages || bytesSent - bytesTaken >= WINDOW.bytes;
  }

  #release(): void {
    const blocked = this.#blocked;
    this.#blocked = undefined;
    blocked?.();
  }
}

/** What goes over the wire of an error: never the object itself. */
function statusOf(thrown: unknown): RpcError {
  return new RpcError(thrown instanceof RpcError ? thrown.status : 'INTERNAL', messageOf(thrown));
}

function readMetadata(record: Readonly<Record<string, string | readonly string[]>>): Map<string, readonly string[]> {
  return new Map(
    Object.entries(record).map(([key, value]) => [key.toLowerCase(), typeof value === 'string' ? [value] : value]),
  );
}
