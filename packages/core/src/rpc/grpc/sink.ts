import { setImmediate as turn } from 'node:timers/promises';
import type { IndebtedPace } from '../../host/real/pace.ts';
import { never } from '../../owner/owner.ts';
import type { RpcSink } from '../rpc.ts';
import { toBuffer } from './bytes.ts';
import { framed, frameStart } from './framed.ts';
import { loadGrpc } from './load.ts';
import { rawCallOf, type RawCall } from './raw-call.ts';
import type { WireStream } from './server-call.ts';

/** Milliseconds that HTTP/2 takes to send a message, and a byte of it, once the turn of the loop ends: about. */
const MESSAGE_COST = 0.004;
const BYTE_COST = 1e-6;

/** Hands messages to HTTP/2, and asks the sender to wait while what it holds for the receiver is much. */
export class Sink implements RpcSink {
  readonly #call: RawCall;
  readonly #pace: IndebtedPace;
  #state: 'new' | 'open' | 'ended' | 'crashed' = 'new';
  #drained: Promise<void> | undefined;
  #wake: (() => void) | undefined;
  /** Of a message that is sent in parts. */
  #left = 0;

  constructor(wire: WireStream, pace: IndebtedPace) {
    this.#pace = pace;
    this.#call = rawCallOf(wire);
  }

  write(message: Uint8Array): Promise<void> | undefined {
    return this.#send(framed(message));
  }

  writePart(part: Uint8Array, left: number): Promise<void> | undefined {
    const isFirst = this.#left === 0;
    this.#left = left;
    return this.#send(isFirst ? frameStart(part, left) : toBuffer(part));
  }

  #send(bytes: Buffer): Promise<void> | undefined {
    if (this.#state === 'crashed') return never();
    // A turn of the loop, so that a sender that does not look at its signal cannot bring everything to a halt.
    if (this.#state === 'ended') return turn();
    if (this.#state === 'new') this.#open();
    const { stream } = this.#call;
    if (stream.destroyed) return turn();
    this.#pace.owe(MESSAGE_COST + bytes.length * BYTE_COST);
    if (stream.write(bytes)) return undefined;
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
