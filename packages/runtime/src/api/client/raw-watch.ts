import { Bytes, RpcError, type RpcStream } from '@cosi-ts/core';
import {
  UNDEFINED_VERSION,
  tombstone,
  type Kind,
  type Pointer,
  type Resource,
  type TypeLookup,
} from '@cosi-ts/resources';
import { EventType, WatchRequestSchema } from '../../gen/cosi/resource/state_pb.ts';
import type { WatchKindOptions } from '../../state/state.ts';
import { watchOf, type Watch, type WatchEvent } from '../../state/watch.ts';
import { fromEventError, fromStatus } from '../status.ts';
import { metadataFrom, resourceFrom, type ResourceFields } from '../wire/decode.ts';
import { queryTo } from '../wire/query.ts';
import { readEvents, type EventFields } from '../wire/read-messages.ts';
import { requestOf, type Calls } from './calls.ts';

/** A watch on a server: of one resource if `target` has an id, else of a kind. */
export type WatchTarget = Kind & { readonly id?: string | undefined };

/** What watches of one client are opened with. */
export interface WatchSource {
  readonly calls: Calls;
  readonly types: TypeLookup;
}

/**
 * Opens a watch of one stream, and waits until the server says that it stands: whatever happens after that is seen.
 * A stream that breaks, or that cannot be read, ends it with an `errored` event.
 */
export async function openWatch(
  { calls, types }: WatchSource,
  target: WatchTarget,
  options: WatchKindOptions,
): Promise<Watch> {
  const { signal } = options;
  const stream = calls.stream('Watch', watchRequest(target, options), signal);
  try {
    // The first message is empty.
    if ((await stream.next()) === undefined) throw new RpcError('UNAVAILABLE', 'the server ended the watch at once');
  } catch (thrown) {
    stream.cancel();
    throw fromStatus('Watch', { ...target, id: target.id ?? '' }, thrown);
  }
  return watchOn(stream, types, target, signal);
}

function watchOn(stream: RpcStream, types: TypeLookup, target: WatchTarget, signal: AbortSignal | undefined): Watch {
  let isOver = false;
  const close = (): void => {
    isOver = true;
    stream.cancel();
  };
  const fail = (error: Error): WatchEvent[] => {
    close();
    return [{ type: 'errored', error }];
  };
  return watchOf(async () => {
    if (isOver) return undefined;
    try {
      for (;;) {
        const message = await stream.next();
        if (message === undefined) return isOver ? undefined : fail(broken(target, 'the server ended the stream'));
        const batch = readEvents(message).map((event) => eventFrom(event, types));
        if (batch.at(-1)?.type === 'errored') close();
        if (batch.length > 0) return batch;
      }
    } catch (thrown) {
      if (isOver || signal?.aborted === true) return undefined;
      const error = fromStatus('Watch', { ...target, id: target.id ?? '' }, thrown);
      return fail(error instanceof Error ? error : broken(target, String(error)));
    }
  }, close);
}

function broken({ namespace, type }: WatchTarget, why: string): RpcError {
  return new RpcError('UNAVAILABLE', `namespace "${namespace}" type "${type}": ${why}`);
}

function watchRequest({ namespace, type, id }: WatchTarget, options: WatchKindOptions): Uint8Array {
  const isKind = id === undefined;
  return requestOf(WatchRequestSchema, {
    namespace,
    type,
    ...(isKind ? {} : { id }),
    apiVersion: 1,
    options: {
      bootstrapContents: options.bootstrapContents === true,
      bootstrapBookmark: options.bootstrapBookmark === true,
      tailEvents: options.tailEvents ?? 0,
      aggregated: isKind,
      ...queryTo(options.query),
      ...(options.from && { startFromBookmark: options.from.toUint8Array() }),
    },
  });
}

function eventFrom(event: EventFields, types: TypeLookup): WatchEvent {
  const bookmark = event.bookmark === undefined ? undefined : Bytes.from(event.bookmark);
  switch (event.eventType) {
    case EventType.CREATED:
      return { type: 'created', resource: resourceFrom(event.resource, types), bookmark };
    case EventType.UPDATED: {
      const resource = resourceFrom(event.resource, types);
      return { type: 'updated', resource, old: resourceFrom(event.old, types), bookmark };
    }
    case EventType.DESTROYED:
      return { type: 'destroyed', resource: lastOf(event.resource, types), bookmark };
    case EventType.BOOTSTRAPPED:
      return { type: 'bootstrapped', resource: tombstoneFrom(event.resource), bookmark };
    case EventType.NOOP:
      return { type: 'noop', resource: tombstoneFrom(event.resource), bookmark };
    case EventType.ERRORED:
      return { type: 'errored', error: fromEventError(event.error ?? 'unknown error') };
    default:
      return { type: 'errored', error: new RpcError('UNIMPLEMENTED', `unknown event type ${event.eventType}`) };
  }
}

/** A destroyed resource as it last was, or a tombstone where there was none: on the wire only its version says so. */
function lastOf(wire: ResourceFields | undefined, types: TypeLookup): Resource {
  return metadataFrom(wire).version === UNDEFINED_VERSION ? tombstoneFrom(wire) : resourceFrom(wire, types);
}

function tombstoneFrom(wire: ResourceFields | undefined): Resource {
  const pointer: Pointer = metadataFrom(wire);
  return tombstone({ namespace: pointer.namespace, type: pointer.type, id: pointer.id });
}
