import { messageOf, RpcError, type RpcSink, type ServerCall } from '@cosi-ts/core';
import type { World } from '../world.ts';
import type { Call } from './call.ts';
import type { Listener } from './listener.ts';
import { statusOf, stopping, tooLarge } from './status.ts';

/** A call as its handler sees it. */
export class ServerSide implements RpcSink {
  readonly #call: Call;
  readonly #listener: Listener;
  readonly #world: World;
  readonly #deadline: number | undefined;
  #controller: AbortController | undefined;
  #abortedBy: RpcError | undefined;
  #hasCaller = true;
  #isEnded = false;
  /** Of a message that is sent in parts. */
  #parts: Uint8Array[] = [];
  #blocked: PromiseWithResolvers<void> | undefined;

  constructor(world: World, call: Call, listener: Listener) {
    this.#world = world;
    this.#call = call;
    this.#listener = listener;
    const { timeout = Number.POSITIVE_INFINITY } = call.spec.options;
    this.#deadline = timeout >= 2 ** 31 ? undefined : world.now + timeout;
  }

  /** Nobody hears any more what the handler has to say, or it has said it. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Whether the handler waits for the receiver. */
  get isBlocked(): boolean {
    return this.#blocked !== undefined;
  }

  /** The request arrived: the handler starts. */
  open(): void {
    const { method, request } = this.#call.spec;
    const { unary, streams, maxReceiveBytes, isOpen } = this.#listener;
    const answering = unary.get(method);
    const streaming = streams.get(method);
    if (!isOpen) this.#end(stopping());
    else if (request.length > maxReceiveBytes) this.#end(tooLarge(request.length, maxReceiveBytes));
    else if (answering !== undefined)
      this.#follow(
        (call) => answering(request, call),
        (answer) => this.#answer(answer),
      );
    else if (streaming !== undefined)
      this.#follow(
        (call) => streaming(request, call, this),
        () => this.#end(),
      );
    else this.#end(new RpcError('UNIMPLEMENTED', `the server does not implement the method ${method}`));
  }

  write(message: Uint8Array): Promise<void> | undefined {
    if (this.#isEnded || !this.#hasCaller) return undefined;
    const { down, client, spec } = this.#call;
    const copy = message.slice();
    this.#call.sent(copy);
    down.send(`message of ${spec.method}`, () => client.receive(copy));
    if (!this.#call.isWindowFull) return undefined;
    this.#blocked ??= Promise.withResolvers<void>();
    return this.#blocked.promise;
  }

  writePart(part: Uint8Array, left: number): Promise<void> | undefined {
    this.#parts.push(part.slice());
    if (left > 0) return undefined;
    const message = Buffer.concat(this.#parts);
    this.#parts = [];
    return this.write(new Uint8Array(message));
  }

  /** The receiver took enough. */
  unblock(): void {
    const blocked = this.#blocked;
    this.#blocked = undefined;
    blocked?.resolve();
  }

  /** Nobody is there any more to hear the handler. */
  callerLeft(): void {
    if (!this.#hasCaller || this.#isEnded) return;
    this.#hasCaller = false;
    this.abort(new RpcError('CANCELLED', 'the caller went away'));
    this.unblock();
  }

  /** Asks the handler to come to an end; what it still says is heard. */
  abort(reason: RpcError): void {
    if (this.#abortedBy !== undefined) return;
    this.#abortedBy = reason;
    this.#controller?.abort(reason);
  }

  /** The process is gone: nothing of the handler is heard, and it hears nothing. */
  silence(): void {
    this.#isEnded = true;
    this.#abortedBy ??= stopping();
  }

  #describe(): ServerCall {
    const { method, metadata, peer } = this.#call.spec;
    const signal = (): AbortSignal => this.#signal();
    return {
      method,
      peer,
      metadata,
      timeLeft: this.#deadline === undefined ? undefined : Math.max(0, this.#deadline - this.#world.now),
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
      if (this.#abortedBy !== undefined) this.#controller.abort(this.#abortedBy);
    }
    return this.#controller.signal;
  }

  #follow<T>(handle: (call: ServerCall) => T | Promise<T>, onResult: (result: T) => void): void {
    this.#listener.calls.add(this);
    const fail = (thrown: unknown): void => {
      if (!(thrown instanceof RpcError) && this.#abortedBy === undefined) this.#report(thrown);
      this.#end(statusOf(thrown));
    };
    try {
      Promise.resolve(handle(this.#describe())).then(onResult, fail);
    } catch (thrown) {
      fail(thrown);
    }
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
    this.#listener.ended(this);
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.unblock();
    if (this.#hasCaller) this.#call.down.send(`${label} of ${this.#call.spec.method}`, deliver);
    this.#call.forget();
  }

  #report(thrown: unknown): void {
    this.#listener.log.error('an RPC handler failed', { method: this.#call.spec.method, error: messageOf(thrown) });
  }
}
