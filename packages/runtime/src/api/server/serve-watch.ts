import { Bytes, aborted, type Pace, type RpcSink } from '@cosi-ts/core';
import { UnsupportedError } from '../../state/errors.ts';
import type { State, WatchOptions } from '../../state/state.ts';
import type { Watch, WatchEvent } from '../../state/watch.ts';
import type { EncodeCache } from '../wire/encode-cache.ts';
import { joined } from '../wire/encode.ts';
import { queryFrom } from '../wire/query.ts';
import type { WatchFields } from '../wire/read-queries.ts';

interface WatchStream {
  /** The message of an event, made of what is shared with every other stream. */
  readonly encode: (event: WatchEvent) => Uint8Array;
  readonly encodings: EncodeCache;
  readonly pace: Pace;
  readonly signal: AbortSignal;
  readonly sink: RpcSink;
}

/**
 * Largest message that events are gathered into, in bytes: well below the 4 MiB that a receiver takes by default,
 * and a quarter of what a reader that is stuck may cost: its events and what HTTP/2 holds come on top.
 */
const MAX_MESSAGE = 256 * 1024;

/** Serves one watch: an empty message once it stands, then its events, pulled as the receiver takes them. */
export async function serveWatch(state: State, request: WatchFields, stream: WatchStream): Promise<void> {
  const { signal, sink } = stream;
  await using watch = await open(state, request, signal);
  await sink.write(EMPTY);
  const send = request.options?.aggregated === true && request.id === undefined ? sendTogether : sendOneByOne;
  for (;;) {
    const batch = await watch.next();
    if (batch === undefined || signal.aborted) return;
    const events = request.apiVersion >= 1 ? batch : batch.filter(isKnownToOldClients);
    await send(events, stream);
    const last = batch.at(-1);
    if (last?.type !== 'errored') continue;
    if (request.apiVersion < 1) throw last.error;
    // The client has been told; if the stream ended too, it would report a second failure.
    return await aborted(signal);
  }
}

const EMPTY = new Uint8Array(0);

function open(state: State, request: WatchFields, signal: AbortSignal): Promise<Watch> {
  const { namespace, type, id, options } = request;
  const from = options?.startFromBookmark;
  const common: WatchOptions = {
    signal,
    tailEvents: options?.tailEvents,
    from: from === undefined ? undefined : Bytes.from(from),
  };
  if (id === undefined) {
    return state.watchKind(
      { namespace, type },
      {
        ...common,
        bootstrapContents: options?.bootstrapContents,
        bootstrapBookmark: options?.bootstrapBookmark,
        query: queryFrom(options && { labelQuery: options.labelQuery, idQuery: options.idQuery }),
      },
    );
  }
  if (options?.bootstrapContents === true) {
    throw new UnsupportedError('bootstrap contents is not implemented for resource watch');
  }
  if ((options?.labelQuery.length ?? 0) > 0) {
    throw new UnsupportedError('label query is not implemented for resource watch');
  }
  return state.watch({ namespace, type, id }, common);
}

/** Clients from before version 1 of the watch take these for changes of a resource. */
function isKnownToOldClients(event: WatchEvent): boolean {
  return event.type !== 'bootstrapped' && event.type !== 'errored';
}

async function sendOneByOne(events: readonly WatchEvent[], stream: WatchStream): Promise<void> {
  for (const event of events) {
    // Before the event: whoever waits for the same one has perhaps used up this turn of the loop.
    const turn = stream.pace.yield();
    if (turn !== undefined) await turn;
    const behind = stream.sink.write(bytesOf(event, stream));
    if (behind !== undefined) await behind;
    if (stream.signal.aborted) return;
  }
}

/** A batch in one message, or in several if it is large. */
async function sendTogether(events: readonly WatchEvent[], stream: WatchStream): Promise<void> {
  let parts: Uint8Array[] = [];
  let length = 0;
  const flush = (): Promise<void> | undefined => {
    const [only] = parts;
    const message = parts.length === 1 && only !== undefined ? only : joined(parts, length);
    parts = [];
    length = 0;
    return stream.sink.write(message);
  };
  for (const event of events) {
    const bytes = bytesOf(event, stream);
    if (length > 0 && length + bytes.length > MAX_MESSAGE) await flush();
    parts.push(bytes);
    length += bytes.length;
    await stream.pace.yield();
    if (stream.signal.aborted) return;
  }
  if (length > 0) await flush();
}

/** An event's message. That of a change is kept, since all watches of its kind share the event. */
function bytesOf(event: WatchEvent, { encodings, encode }: WatchStream): Uint8Array {
  const isShared = event.type !== 'errored' && event.bookmark !== undefined;
  return isShared ? encodings.get(event, encode) : encode(event);
}
