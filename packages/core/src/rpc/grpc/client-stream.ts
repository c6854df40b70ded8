import { RpcError } from '../rpc-error.ts';
import type { RpcStream } from '../rpc.ts';
import type { CallListener } from './channel.ts';
import { cancelCall, type RawCall } from './load.ts';

interface Pull {
  resolve(bytes: Uint8Array | undefined): void;
  reject(error: RpcError): void;
}

/**
 * A server stream that is read one message ahead of its reader. The next is asked for only when that one is
 * taken, and the rest waits in the connection's window, and then at the sender.
 */
export class ClientStream implements RpcStream {
  readonly #call: RawCall | undefined;
  #ready: Uint8Array | undefined;
  #pull: Pull | undefined;
  #ended = false;
  #error: RpcError | undefined;

  constructor(start: (listener: CallListener) => RawCall) {
    try {
      this.#call = start({ message: (bytes) => this.#onMessage(bytes), end: (error) => this.#onEnd(error) });
    } catch (thrown) {
      if (!(thrown instanceof RpcError)) throw thrown;
      this.#onEnd(thrown);
    }
  }

  next(): Promise<Uint8Array | undefined> {
    if (this.#pull !== undefined) return Promise.reject(new Error('a stream is pulled once at a time'));
    if (this.#ready !== undefined) {
      const bytes = this.#ready;
      this.#ready = undefined;
      if (!this.#ended) this.#call?.startRead();
      return Promise.resolve(bytes);
    }
    if (this.#error !== undefined) return Promise.reject(this.#error);
    if (this.#ended) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      this.#pull = { resolve, reject };
    });
  }

  cancel(): void {
    if (this.#ended && this.#ready === undefined) return;
    this.#ready = undefined;
    this.#onEnd(new RpcError('CANCELLED', 'the stream was cancelled'));
    if (this.#call !== undefined) cancelCall(this.#call, 'the stream was cancelled');
  }

  #onMessage(bytes: Uint8Array): void {
    if (this.#ended) return;
    const pull = this.#takePull();
    if (pull === undefined) {
      this.#ready = bytes;
      return;
    }
    this.#call?.startRead();
    pull.resolve(bytes);
  }

  #onEnd(error: RpcError | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    const pull = this.#takePull();
    if (error === undefined) pull?.resolve(undefined);
    else pull?.reject(error);
  }

  #takePull(): Pull | undefined {
    const pull = this.#pull;
    this.#pull = undefined;
    return pull;
  }
}
