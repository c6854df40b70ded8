import type { RpcSink } from '../rpc.ts';
import { toBuffer } from './bytes.ts';
import type { Grpc } from './load.ts';

/** What may wait for a slow receiver, a stream, beside what the network holds. */
const MAX_MESSAGES = 64;
const MAX_BYTES = 256 * 1024;

/** Counts what was written but not yet taken by HTTP/2, and asks the sender to wait when that is much. */
export class Sink implements RpcSink {
  readonly #call: Grpc.ServerWritableStream<Buffer, Buffer>;
  #messages = 0;
  #bytes = 0;
  #ended = false;
  #drained: Promise<void> | undefined;
  #wake: (() => void) | undefined;

  constructor(call: Grpc.ServerWritableStream<Buffer, Buffer>) {
    this.#call = call;
  }

  write(message: Uint8Array): Promise<void> | undefined {
    if (this.#ended) return undefined;
    const { length } = message;
    this.#messages += 1;
    this.#bytes += length;
    this.#call.write(toBuffer(message), () => {
      this.#messages -= 1;
      this.#bytes -= length;
      if (this.#messages <= MAX_MESSAGES / 2 && this.#bytes <= MAX_BYTES / 2) this.#resume();
    });
    if (this.#messages < MAX_MESSAGES && this.#bytes < MAX_BYTES) return undefined;
    this.#drained ??= new Promise((resolve) => {
      this.#wake = resolve;
    });
    return this.#drained;
  }

  /** Lets a waiting sender go: nobody takes messages any more. */
  end(): void {
    this.#ended = true;
    this.#resume();
  }

  #resume(): void {
    this.#wake?.();
    this.#wake = undefined;
    this.#drained = undefined;
  }
}
