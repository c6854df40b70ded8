import { RpcError, type RpcStream } from '@cosi-ts/core';
import type { Life, SimTimer, World } from '../world.ts';
import type { Call } from './call.ts';

interface Pull {
  readonly resolve: (message: Uint8Array | undefined) => void;
  readonly reject: (error: Error) => void;
}

/** A call as its caller sees it. */
export class ClientSide implements RpcStream {
  readonly #world: World;
  readonly #call: Call;
  readonly #life: Life;
  readonly #onAbort = (): void => this.cancel();
  readonly #deadline: SimTimer | undefined;
  /** Told once, when the call is over for the caller. */
  onEnd: () => void = () => undefined;
  #received: Uint8Array[] = [];
  #pull: Pull | undefined;
  #end: { readonly error: RpcError | undefined } | undefined;

  constructor(world: World, call: Call, life: Life) {
    this.#world = world;
    this.#call = call;
    this.#life = life;
    const { signal, timeout } = call.spec.options;
    signal?.addEventListener('abort', this.#onAbort, { once: true });
    this.#deadline = timeout === undefined ? undefined : this.#startDeadline(timeout);
  }

  get isEnded(): boolean {
    return this.#end !== undefined;
  }

  /** What the caller waits for, if it does. */
  get waitsFor(): string | undefined {
    return this.#pull === undefined ? undefined : `${this.#call.spec.method} of ${this.#call.serverName}`;
  }

  next(): Promise<Uint8Array | undefined> {
    const message = this.#received.shift();
    if (message !== undefined) {
      this.#take(message);
      return Promise.resolve(message);
    }
    if (this.#end !== undefined) {
      return this.#end.error === undefined ? Promise.resolve(undefined) : Promise.reject(this.#end.error);
    }
    if (this.#pull !== undefined) throw new Error(`${this.#call.spec.method}: one pull at a time`);
    return new Promise((resolve, reject) => {
      this.#pull = { resolve, reject };
    });
  }

  cancel(): void {
    this.#giveUp(new RpcError('CANCELLED', 'the call was cancelled'));
  }

  /** The connection broke. */
  lost(): void {
    this.#received = [];
    this.finish(new RpcError('UNAVAILABLE', `the connection to ${this.#call.serverName} was lost`));
  }

  /** A message arrived. */
  receive(message: Uint8Array): void {
    if (this.isEnded) return;
    if (message.length > this.#call.spec.maxReceiveBytes) {
      this.#giveUp(new RpcError('RESOURCE_EXHAUSTED', `received message larger than max (${message.length} bytes)`));
      return;
    }
    const pull = this.#pull;
    this.#pull = undefined;
    if (pull === undefined) {
      this.#received.push(message);
      return;
    }
    this.#take(message);
    pull.resolve(message);
  }

  /** The call is over: cleanly, or with an error. What was received before can still be taken. */
  finish(error?: RpcError): void {
    if (this.isEnded) return;
    this.#end = { error };
    if (this.#deadline !== undefined) this.#world.cancel(this.#deadline);
    this.#call.spec.options.signal?.removeEventListener('abort', this.#onAbort);
    const pull = this.#pull;
    this.#pull = undefined;
    if (error === undefined) pull?.resolve(undefined);
    else pull?.reject(error);
    this.onEnd();
    this.#call.forget();
  }

  #giveUp(error: RpcError): void {
    if (this.isEnded) return;
    this.#received = [];
    this.finish(error);
    const { up, down, server, spec } = this.#call;
    down.cut();
    up.send(`-> cancel ${spec.method}`, () => server.abort());
  }

  #take(message: Uint8Array): void {
    const { window, up, server, spec } = this.#call;
    window.taken += 1;
    window.bytesTaken += message.length;
    if (server.isBlocked) up.send(`-> go on with ${spec.method}`, () => server.unblock());
  }

  #startDeadline(timeout: number): SimTimer {
    const run = (): void => this.#giveUp(new RpcError('DEADLINE_EXCEEDED', `no end after ${timeout} ms`));
    return this.#world.after(timeout, { life: this.#life, label: `deadline of ${this.#call.spec.method}`, run });
  }
}
