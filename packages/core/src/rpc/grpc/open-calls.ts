import { messageOf } from '../../errors/coded-error.ts';
import type { Logger } from '../../host/logger.ts';
import { RpcError } from '../rpc-error.ts';
import type { RpcSink, ServerCall, StreamHandler, UnaryHandler } from '../rpc.ts';
import { toBuffer, toBytes } from './bytes.ts';
import type { Grpc } from './load.ts';
import { GrpcServerCall, type WireCall } from './server-call.ts';
import { Sink } from './sink.ts';
import { statusOf, type WireStatus } from './status.ts';

/** The calls that a listener's handlers are working on. */
export class OpenCalls {
  readonly #isUnix: boolean;
  readonly #log: Logger;
  readonly #aborts = new Set<AbortController>();
  readonly #handlers = new Set<Promise<void>>();
  #state: 'open' | 'stopping' | 'crashed' = 'open';

  constructor(isUnix: boolean, log: Logger) {
    this.#isUnix = isUnix;
    this.#log = log;
  }

  /** A unary handler in grpc-js's form. */
  unary(handler: UnaryHandler): Grpc.handleUnaryCall<Buffer, Buffer> {
    return (wire, respond) => {
      this.#run(wire, {
        handle: async (call) => {
          const answer = await handler(toBytes(wire.request), call);
          return () => respond(null, toBuffer(answer));
        },
        fail: respond,
        cancelled: () => undefined,
      });
    };
  }

  /** A server-stream handler in grpc-js's form. */
  stream(handler: StreamHandler): Grpc.handleServerStreamingCall<Buffer, Buffer> {
    return (wire) => {
      const sink = new Sink(wire);
      this.#run(wire, {
        handle: async (call) => {
          await handler(toBytes(wire.request), call, sink satisfies RpcSink);
          return () => wire.end();
        },
        // What was written before is sent before the status.
        fail: (status) => wire.emit('error', status),
        cancelled: () => sink.end(),
      });
    };
  }

  /** Aborts the signals of all calls and takes no more. Resolves when all handlers have ended. */
  async stop(): Promise<void> {
    if (this.#state === 'open') this.#state = 'stopping';
    for (const abort of this.#aborts) abort.abort(stopping());
    while (this.#handlers.size > 0) await Promise.all(this.#handlers);
  }

  /** From now on nothing of the handlers is run or heard by us, not even through their signals. */
  crash(): void {
    this.#state = 'crashed';
    this.#aborts.clear();
    this.#handlers.clear();
  }

  #run(wire: WireCall, work: Work): void {
    if (this.#state === 'crashed') return;
    if (this.#state === 'stopping') {
      work.fail(statusOf(stopping()));
      return;
    }
    const abort = new AbortController();
    this.#aborts.add(abort);
    wire.once('cancelled', () => {
      // grpc-js says so after each call, however it ended.
      if (this.#state === 'crashed') return;
      work.cancelled();
      if (this.#aborts.delete(abort)) abort.abort(new RpcError('CANCELLED', 'the caller went away'));
    });
    const running = this.#settle(new GrpcServerCall(wire, abort.signal, this.#isUnix), wire, work).finally(() => {
      this.#aborts.delete(abort);
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

interface Work {
  /** Runs the handler; the result sends its answer. */
  handle(call: ServerCall): Promise<() => void>;
  fail(status: WireStatus): void;
  cancelled(): void;
}

function stopping(): RpcError {
  return new RpcError('UNAVAILABLE', 'the server is stopping');
}
