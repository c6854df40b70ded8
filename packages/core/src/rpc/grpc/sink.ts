import { setImmediate as turn } from 'node:timers/promises';
import { never } from '../../owner/owner.ts';
import type { RpcSink } from '../rpc.ts';
import { framed } from './framed.ts';
import { loadGrpc } from './load.ts';
import { rawCallOf, type RawCall } from './raw-call.ts';
import type { WireStream } from './server-call.ts';

/** Hands messages to HTTP/2, and asks the sender to wait while what it holds for the receiver is much. */
export class Sink implements RpcSink {
  readonly #call: RawCall;
  #state: 'new' | 'open' | 'ended' | 'crashed' = 'new';
  #drained: Promise<void> | undefined;
  #wake: (() => void) | undefined;

  constructor(wire: WireStream) {
    this.#call = rawCallOf(wire);
  }

  write(message: Uint8Array): Promise<void> | undefined {
    if (this.#state === 'crashed') return never();
    // A turn of the loop, so that a sender that does not look at its signal cannot bring everything to a halt.
    if (this.#state === 'ended') return turn();
    if (this.#state === 'new') this.#open();
    const { stream } = this.#call;
    if (stream.destroyed) return turn();
    if (stream.write(framed(message))) return undefined;
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
    if (this.#state !== 'crashed') this.#state = 'ended';
    this.wake();
  }

  /** A sender that waits goes on waiting, for ever. */
  crash(): void {
    this.#state = 'crashed';
  }

  #open(): void {
    this.#state = 'open';
    const { stream } = this.#call;
    this.#call.sendMetadata(new (loadGrpc().Metadata)());
    stream.on('drain', () => this.wake());
    // What cannot be sent any more is told by the call's end.
    stream.on('error', () => undefined);
  }
}
