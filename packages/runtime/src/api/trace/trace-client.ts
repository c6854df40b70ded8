import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import type { CallOptions, RpcChannel } from '@cosi-ts/core';
import type { Pointer } from '@cosi-ts/resources';
import { TraceEvent, TraceRequestSchema, TraceResponseSchema } from '../../gen/cosi/runtime/trace_pb.ts';
import { fromStatus } from '../status.ts';
import { TRACE_METHOD } from './trace-service.ts';

/** A step of a trace as a server tells it. */
export interface ToldStep {
  /** How far from the change asked for, which has 0. */
  readonly depth: number;
  /** `hidden`: the caller may not read it. `forgotten`: the server does not remember it any more. */
  readonly event: 'created' | 'updated' | 'tornDown' | 'destroyed' | 'forgotten' | 'hidden';
  /** Empty if it is hidden. */
  readonly pointer: Pointer;
  /** Empty if it is hidden or forgotten, as is the time. */
  readonly version: string;
  readonly time: string;
  /** The controller that made the change; empty for one from outside. */
  readonly actor: string;
  /** What led to it is told elsewhere, or not at all. */
  readonly isCut: boolean;
}

/**
 * Asks a server of `cosi.runtime.Trace` why a resource is what it is.
 * @throws NotFoundError, AccessDeniedError, RpcError: UNIMPLEMENTED from servers that are not of cosi-ts
 */
export async function remoteTrace(
  channel: RpcChannel,
  pointer: Pointer,
  options: { readonly depth?: number; readonly metadata?: CallOptions['metadata'] } = {},
): Promise<readonly ToldStep[]> {
  const { namespace, type, id } = pointer;
  const request = create(TraceRequestSchema, { namespace, type, id, depth: options.depth ?? 0 });
  try {
    const bytes = toBinary(TraceRequestSchema, request);
    const answer = await channel.unary(TRACE_METHOD, bytes, { metadata: options.metadata });
    return fromBinary(TraceResponseSchema, answer).steps.map(
      ({ depth, event, namespace, type, id, version, time, actor, cut }) => ({
        depth,
        event: EVENTS[event] ?? 'forgotten',
        pointer: { namespace, type, id },
        version,
        time,
        actor,
        isCut: cut,
      }),
    );
  } catch (thrown) {
    throw fromStatus('Get', pointer, thrown);
  }
}

const EVENTS: Readonly<Record<TraceEvent, ToldStep['event'] | undefined>> = {
  [TraceEvent.FORGOTTEN]: 'forgotten',
  [TraceEvent.CREATED]: 'created',
  [TraceEvent.UPDATED]: 'updated',
  [TraceEvent.TORN_DOWN]: 'tornDown',
  [TraceEvent.DESTROYED]: 'destroyed',
  [TraceEvent.HIDDEN]: 'hidden',
};
