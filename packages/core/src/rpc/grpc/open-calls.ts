import { messageOf } from '../../errors/coded-error.ts';
import type { Logger } from '../../host/logger.ts';
import { RpcError } from '../rpc-error.ts';
import type { DialogHandler, ServerCall, StreamHandler, UnaryHandler } from '../rpc.ts';
import { toBuffer, toBytes } from './bytes.ts';
import type { Grpc } from './load.ts';
import { GrpcServerCall, type WireCall } from './server-call.ts';
import { Sink } from './sink.ts';
import { statusOf, type WireStatus } from './status.ts';

/** The calls that a listener's handlers are working on. */
export class OpenCalls {
  readonly #isUnix: boolean;
  readonly #log: Logger;
  readonly #open = new Set<OpenCall>();
  readonly #handlers = new Set<Promise<void>>();
  #state: 'open' | 'stopping' | 'crashed' = 'open';

  constructor(isUnix: boolean, log: Logger) {
    this.#isUnix = isUnix;
    this.#log = log;
  }

  /** A unary handler in grpc-js's form. */
  unary(handler: UnaryHandler): Grpc.handleUnaryCall<Buffer, Buffer> {
    return (wire, respond) => {
      this.#run(wire, undefined, {
        async handle(call) {
          const answer = await handler(toBytes(wire.request), call);
          return () => respond(null, toBuffer(answer));
        },
        fail: respond,
      });
    };
  }

  /** A server-stream handler in grpc-js's form. */
  stream(handler: StreamHandler): Grpc.handleServerStreamingCall<Buffer, Buffer> {
    return (wire) => {
      const sink = new Sink(wire);
      this.#run(wire, sink, {
        async handle(call) {
          await handler(toBytes(wire.request), call, sink);
          return () => wire.end();
        },
        // What was written before is sent before the status.
        fail: (status) => wire.emit('error', status),
      });
    };
  }

  /** A handler of a stream in both directions in grpc-js's form. */
  dialog(handler: DialogHandler): Grpc.handleBidiStreamingCall<Buffer, Buffer> {
    return (wire) => {
      const sink = new Sink(wire);
      this.#run(wire, sink, {
        async handle(call) {
          await handler(requestsOf(wire), call, sink);
          return () => wire.end();
        },
        fail: (status) => wire.emit('error', status),
      });
    };
  }

  /** Aborts the signals of all calls and takes no more. Resolves when all handlers have ended. */
  async stop(): Promise<void> {
    if (this.#state === 'open') this.#state = 'stopping';
    for (const { abort, sink } of this.#open) {
      abort.abort(stopping());
      sink?.wake();
    }
    while (this.#handlers.size > 0) await Promise.all(this.#handlers);
  }

  /** From now on the handlers hear nothing, not even through their signals, and nothing of theirs is sent. */
  crash(): void {
    this.#state = 'crashed';
    for (const { sink } of this.#open) sink?.crash();
    this.#open.clear();
    this.#handlers.clear();
  }

  #run(wire: WireCall, sink: Sink | undefined, work: Work): void {
    if (this.#state === 'crashed') return;
    if (this.#state === 'stopping') {
      work.fail(statusOf(stopping()));
      return;
    }
    const open: OpenCall = { abort: new AbortController(), sink };
    this.#open.add(open);
    const events: NodeJS.EventEmitter = wire;
    events.once('cancelled', () => {
      // grpc-js says so after each call, however it ended.
      sink?.end();
      if (this.#open.delete(open)) open.abort.abort(new RpcError('CANCELLED', 'the caller went away'));
    });
    const call = new GrpcServerCall(wire, open.abort.signal, this.#isUnix);
    const running = this.#settle(call, wire, work).finally(() => {
      this.#open.delete(open);
      this.#handlers.delete(running);
    });
    this.#handlers.add(running);
  }

  async #settle(call: ServerCall, wire: WireCall, work: Work): Promise<void> {
    let answer: () => void;
    try {
      answer = await work.handle(call);
    } catch (thrown) {
      if (!(thrown instanceof RpcError) && !call.signal.aborted) this.#report(call, thrown);
      answer = () => work.fail(statusOf(thrown));
    }
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
  readonly abort: AbortController;
  readonly sink: Sink | undefined;
}

interface Work {
  /** Runs the handler; the result sends its answer. */
  handle(call: ServerCall): Promise<() => void>;
  fail(status: WireStatus): void;
}

function stopping(): RpcError {
  return new RpcError('UNAVAILABLE', 'the server is stopping');
}
