import {
  RpcError,
  type ChannelOptions,
  type ListenOptions,
  type RpcChannel,
  type RpcListener,
  type RpcStatusName,
  type ServerCall,
  type StreamHandler,
  type UnaryHandler,
} from '@cosi-ts/core';
import type { RpcSubject } from './rpc.ts';

export const UNARY = '/t.T/Unary';
export const STREAM = '/t.T/Stream';
export const NOTHING = new Uint8Array(0);

/** What a rule wants served. */
export interface Served {
  readonly unary?: UnaryHandler;
  readonly stream?: StreamHandler;
  readonly listen?: ListenOptions;
  readonly connect?: ChannelOptions;
  readonly address?: string;
}

/** A service that a rule talks to. */
export interface Serving {
  readonly listener: RpcListener;
  readonly channel: RpcChannel;
  /** The calls that reached a handler. */
  readonly calls: readonly ServerCall[];
  /** Resolves with the first of them. */
  readonly called: Promise<void>;
}

export type Serve = (wanted: Served) => Promise<Serving>;

/** Lets a rule serve and call, and ends after it what it started. */
export async function serving(subject: RpcSubject, rule: (serve: Serve) => Promise<void>): Promise<void> {
  const started: Serving[] = [];
  try {
    await rule(async (wanted) => {
      const made = await start(subject, wanted);
      started.push(made);
      return made;
    });
  } finally {
    for (const { channel, listener } of started.reverse()) {
      channel.close();
      await listener.close(0);
    }
  }
}

/** Resolves when a call's handler has been told to end. */
export function aborted({ signal }: ServerCall): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** The status that a call's signal gives as its reason. */
export function statusOfSignal({ signal }: ServerCall): RpcStatusName | undefined {
  const reason: unknown = signal.reason;
  return reason instanceof RpcError ? reason.status : undefined;
}

async function start({ server, client, address }: RpcSubject, wanted: Served): Promise<Serving> {
  const calls: ServerCall[] = [];
  const called = Promise.withResolvers<void>();
  const note = (call: ServerCall): void => {
    calls.push(call);
    called.resolve();
  };
  const { unary, stream } = wanted;
  const service = {
    name: 't.T',
    unary: new Map<string, UnaryHandler>(unary && [[UNARY, (request, call) => (note(call), unary(request, call))]]),
    streams: new Map<string, StreamHandler>(
      stream && [[STREAM, (request, call, sink) => (note(call), stream(request, call, sink))]],
    ),
  };
  const listener = await server.listen({ address: wanted.address ?? address }, [service], wanted.listen);
  const channel = client.connect({ address: listener.address }, wanted.connect);
  return { listener, channel, calls, called: called.promise };
}
