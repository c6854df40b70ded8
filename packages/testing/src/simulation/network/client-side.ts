import { RpcError, type RpcStream } from '@cosi-ts/core';
import type { Life, SimTimer, World } from '../world.ts';
import type { Call } from './call.ts';
import { aborted, tooLarge } from './status.ts';

interface Pull {
  readonly resolve: (message: Uint8Array | undefined) => void;
  readonly reject: (error: Error) => void;
}

/** More milliseconds than a timer can hold are no deadline. */
const NEVER = 2 ** 31;

/** A call as its caller sees it. */
export class ClientSide implements RpcStream {
  readonly #world: World;
  readonly #call: Call;
  readonly #onAbort: (() => void) | undefined;
  readonly #deadline: SimTimer | undefined;
  /** Told once, when the call is over for the caller. */
  onEnd: () => void = () => undefined;
  #received: Uint8Array[] = [];
  #pull: Pull | undefined;
  #end: { readonly error: RpcError | undefined } | undefined;

  constructor(world: World, call: Call, life: Life) {
    this.#world = world;
    this.#call = call;
    const { method, options } = call.spec;
    const { signal, timeout = NEVER } = options;
    if (signal !== undefined) {
      this.#onAbort = () => this.#giveUp(aborted(signal));
      signal.addEventListener('abort', this.#onAbort, { once: true });
    }
    if (timeout >= NEVER) return;
    const run = (): void => this.#giveUp(new RpcError('DEADLINE_EXCEEDED', `no end after ${timeout} ms`));
    this.#deadline = world.after(timeout, { life, label: `deadline of ${method}`, run });
  }

  get isEnded(): boolean {
    return this.#end !== undefined;
  }

  /** Whether the caller waits for a message. */
  get isPulled(): boolean {
    return this.#pull !== undefined;
  }

  next(): Promise<Uint8Array | undefined> {
    if (this.#pull !== undefined) return Promise.reject(new Error('a stream is pulled once at a time'));
    const message = this.#received.shift();
    if (message !== undefined) {
      this.#call.taken(message);
      return Promise.resolve(message);
    }
    if (this.#end !== undefined) {
      return this.#end.error === undefined ? Promise.resolve(undefined) : Promise.reject(this.#end.error);
    }
    return new Promise((resolve, reject) => {
      this.#pull = { resolve, reject };
    });
  }

  cancel(): void {
    this.close('the stream was cancelled');
  }

  /** Gives the call up. */
  close(why: string): void {
    this.#giveUp(new RpcError('CANCELLED', why));
  }

  /** The connection broke: what was not taken is lost with it. */
  lost(): void {
    if (this.isEnded) return;
    this.#received = [];
    this.finish(new RpcError('UNAVAILABLE', `the connection to ${this.#call.serverName} was lost`));
  }

  /** A message arrived. */
  receive(message: Uint8Array): void {
    if (this.isEnded) return;
    const { maxReceiveBytes } = this.#call.spec;
    if (message.length > maxReceiveBytes) {
      this.#giveUp(tooLarge(message.length, maxReceiveBytes));
      return;
    }
    const pull = this.#pull;
    this.#pull = undefined;
    if (pull === undefined) {
      this.#received.push(message);
      return;
    }
    this.#call.taken(message);
    pull.resolve(message);
  }

  /** The call is over: cleanly, or with an error. What was received before can still be taken. */
  finish(error?: RpcError): void {
    if (this.isEnded) return;
    this.#end = { error };
    if (this.#deadline !== undefined) this.#world.cancel(this.#deadline);
    if (this.#onAbort !== undefined) this.#call.spec.options.signal?.removeEventListener('abort', this.#onAbort);
    const pull = this.#pull;
    this.#pull = undefined;
    if (error === undefined) pull?.resolve(undefined);
    else pull?.reject(error);
    this.onEnd();
    this.#call.forget();
  }

  #giveUp(error: RpcError): void {
    // A stream that has ended may still hold what was not taken; whoever cancels it does not want it any more.
    if (this.isEnded && this.#received.length === 0) return;
    this.#received = [];
    if (this.isEnded) {
      this.#end = { error };
      return;
    }
    this.finish(error);
    const { up, down, server, spec } = this.#call;
    down.cut();
    up.send(`${spec.method} cancelled`, () => server.callerLeft());
  }
}
