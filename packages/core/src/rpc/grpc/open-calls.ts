import { abortReason } from '../../errors/aborted.ts';
import { messageOf } from '../../errors/coded-error.ts';
import type { Logger } from '../../host/logger.ts';
import type { IndebtedPace } from '../../host/real/pace.ts';
import { never } from '../../owner/owner.ts';
import { RpcError } from '../rpc-error.ts';
import type { DialogHandler, ServerCall, StreamHandler, UnaryHandler } from '../rpc.ts';
import { toBytes } from './bytes.ts';
import { frameOnce } from './framed.ts';
import type { Grpc } from './load.ts';
import { sendAnswer } from './raw-call.ts';
import { GrpcServerCall, type ConnectionKind, type WireCall, type WireStream } from './server-call.ts';
import { Sink } from './sink.ts';
import { statusOf, type WireStatus } from './status.ts';

/** The calls that a listener's handlers are working on. */
export class OpenCalls {
  readonly #kind: ConnectionKind;
  readonly #log: Logger;
  readonly #pace: IndebtedPace;
  readonly #open = new Set<OpenCall>();
  /** Handlers that have not ended. */
  #running = 0;
  #onIdle: (() => void) | undefined;
  #state: 'open' | 'stopping' | 'crashed' = 'open';

  constructor(kind: ConnectionKind, { log, pace }: { readonly log: Logger; readonly pace: IndebtedPace }) {
    this.#kind = kind;
    this.#log = log;
    this.#pace = pace;
  }

  /** A unary handler in grpc-js's form. */
  unary(handler: UnaryHandler): Grpc.handleUnaryCall<Buffer, Buffer> {
    return (wire, respond) => {
      if (!this.#isTaken(respond)) return;
      const call = new GrpcServerCall(wire, this.#kind);
      const work: Work<Uint8Array> = {
        call,
        wire,
        sink: undefined,
        succeed: (answer) => sendAnswer(wire, frameOnce(answer)),
        fail: respond,
      };
      try {
        const answer = this.#paced(call, () => handler(toBytes(wire.request), call));
        // Most answer at once, and then there is nothing to wait for, to abort or to keep.
        if (answer instanceof Promise) this.#follow(work, answer);
        else this.#conclude(work, () => work.succeed(answer));
      } catch (thrown) {
        this.#fail(work, thrown);
      }
    };
  }

  /** A server-stream handler in grpc-js's form. */
  stream(handler: StreamHandler): Grpc.handleServerStreamingCall<Buffer, Buffer> {
    return (wire) => this.#streaming(wire, (call, sink) => handler(toBytes(wire.request), call, sink));
  }

  /** A handler of a stream in both directions in grpc-js's form. */
  dialog(handler: DialogHandler): Grpc.handleBidiStreamingCall<Buffer, Buffer> {
    return (wire) => this.#streaming(wire, (call, sink) => handler(requestsOf(wire), call, sink));
  }

  /** Aborts the signals of all calls and takes no more. Resolves when all handlers have ended. */
  async stop(): Promise<void> {
    if (this.#state === 'open') this.#state = 'stopping';
    for (const { call, sink } of this.#open) {
      call.abort(stopping());
      sink?.wake();
    }
    if (this.#running === 0) return;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
  }

  /** From now on the handlers hear nothing, not even through their signals, and nothing of theirs is sent. */
  crash(): void {
    this.#state = 'crashed';
    for (const { sink } of this.#open) sink?.crash();
    this.#open.clear();
    this.#running = 0;
    this.#onIdle?.();
  }

  #streaming(wire: WireStream, handle: (call: GrpcServerCall, sink: Sink) => Promise<void>): void {
    // What was written before is sent before the status.
    const fail = (status: WireStatus): void => void wire.emit('error', status);
    if (!this.#isTaken(fail)) return;
    const sink = new Sink(wire, this.#pace);
    const call = new GrpcServerCall(wire, this.#kind);
    const work: Work<void> = { call, wire, sink, succeed: () => wire.end(), fail };
    try {
      this.#follow(work, Promise.resolve(this.#paced(call, () => handle(call, sink))));
    } catch (thrown) {
      this.#fail(work, thrown);
    }
  }

  /** Calls come by the thousand in one turn of the loop, if somebody sends them so: those behind its end wait. */
  #paced<T>(call: GrpcServerCall, begin: () => T | Promise<T>): T | Promise<T> {
    const turn = this.#pace.yield();
    if (turn === undefined) return begin();
    return turn.then(() => {
      if (this.#state === 'crashed') return never();
      if (call.isAborted) throw abortReason(call.signal);
      return begin();
    });
  }

  #isTaken(fail: (status: WireStatus) => void): boolean {
    if (this.#state === 'stopping') fail(statusOf(stopping()));
    return this.#state === 'open';
  }

  /** Waits for a handler that did not end at once. */
  #follow<T>(work: Work<T>, result: Promise<T>): void {
    const { call, wire, sink } = work;
    this.#open.add(work);
    this.#running += 1;
    const listen = (): void => {
      if (wire.cancelled) this.#cancel(work);
      else (wire as NodeJS.EventEmitter).once('cancelled', () => this.#cancel(work));
    };
    if (sink === undefined) call.onWatched(listen);
    else listen();
    void this.#settle(work, result);
  }

  /** grpc-js says so after each call, however it ended. */
  #cancel(work: OpenCall): void {
    work.sink?.end();
    const abort = (): void => {
      if (this.#open.has(work)) work.call.abort(new RpcError('CANCELLED', 'the caller went away'));
    };
    // As they come, they go: by the thousand. What each was busy with is put away as the loop turns.
    const turn = this.#pace.yield();
    if (turn === undefined) abort();
    else void turn.then(abort);
  }

  async #settle<T>(work: Work<T>, result: Promise<T>): Promise<void> {
    try {
      const answer = await result;
      this.#conclude(work, () => work.succeed(answer));
    } catch (thrown) {
      this.#fail(work, thrown);
    }
    if (!this.#open.delete(work) && this.#state === 'crashed') return;
    this.#running -= 1;
    if (this.#running === 0) this.#onIdle?.();
  }

  #fail(work: Work<never>, thrown: unknown): void {
    const { call, fail } = work;
    if (!(thrown instanceof RpcError) && !call.isAborted) this.#report(call, thrown);
    this.#conclude(work, () => fail(statusOf(thrown)));
  }

  #conclude({ wire }: Work<never>, answer: () => void): void {
    if (this.#state !== 'crashed' && !wire.cancelled) answer();
  }

  #report(call: ServerCall, thrown: unknown): void {
    const stack = thrown instanceof Error ? thrown.stack : undefined;
    this.#log.error('an RPC handler failed', { method: call.method, error: messageOf(thrown), stack });
  }
}

/** What the client asks, pulled; it ends when the client has asked everything, or has gone away. */
async function* requestsOf(wire: Grpc.ServerDuplexStream<Buffer, Buffer>): AsyncGenerator<Uint8Array> {
  try {
    // A handler that takes no more still has an answer to send.
    const requests = wire.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
    for await (const bytes of requests) yield toBytes(bytes);
  } catch {
    // It broke off: the signal will say so.
  }
}

interface OpenCall {
  readonly call: GrpcServerCall;
  readonly sink: Sink | undefined;
}

interface Work<T> extends OpenCall {
  readonly wire: WireCall;
  succeed(result: T): void;
  fail(status: WireStatus): void;
}

function stopping(): RpcError {
  return new RpcError('UNAVAILABLE', 'the server is stopping');
}
