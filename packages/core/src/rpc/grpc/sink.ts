import { setImmediate as turn } from 'node:timers/promises';
import { never } from '../../owner/owner.ts';
import type { RpcSink } from '../rpc.ts';
import { toBuffer } from './bytes.ts';
import type { Grpc } from './load.ts';

/** What may wait for a slow receiver, a stream, beside what the network holds. */
const MAX_MESSAGES = 64;
const MAX_BYTES = 256 * 1024;

/** What grpc-js gives for a stream to the client, whether or not there is one from it, too. */
type Writable = Grpc.ServerWritableStream<Buffer, Buffer> | Grpc.ServerDuplexStream<Buffer, Buffer>;

/** Counts what was written but not yet taken by HTTP/2, and asks the sender to wait when that is much. */
export class Sink implements RpcSink {
  readonly #call: Writable;
  #messages = 0;
  #bytes = 0;
  #state: 'open' | 'ended' | 'crashed' = 'open';
  #drained: Promise<void> | undefined;
  #wake: (() => void) | undefined;

  constructor(call: Writable) {
    this.#call = call;
  }

  write(message: Uint8Array): Promise<void> | undefined {
    if (this.#state === 'crashed') return never();
    // A turn of the loop, so that a sender that does not look at its signal cannot bring everything to a halt.
    if (this.#state === 'ended') return turn();
    const { length } = message;
    this.#messages += 1;
    this.#bytes += length;
    this.#call.write(toBuffer(message), () => {
      this.#messages -= 1;
      this.#bytes -= length;
      if (this.#messages <= MAX_MESSAGES / 2 && this.#bytes <= MAX_BYTES / 2) this.wake();
    });
    if (this.#messages < MAX_MESSAGES && this.#bytes < MAX_BYTES) return undefined;
    this.#drained ??= new Promise((resolve) => {
      this.#wake = resolve;
    });
    return this.#drained;
  }

  /** Lets a waiting sender look at its signal. */
  wake(): void {
    if (this.#state === 'crashed') return;
    this.#wake?.();
    this.#wake = undefined;
    this.#drained = undefined;
  }

  /** Nobody takes messages any more. */
  end(): void {
    if (this.#state === 'open') this.#state = 'ended';
    this.wake();
  }

  /** A sender that waits goes on waiting, for ever. */
  crash(): void {
    this.#state = 'crashed';
  }
}
