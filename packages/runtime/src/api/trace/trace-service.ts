import { create, toBinary } from '@bufbuild/protobuf';
import type { RpcService, ServerCall } from '@cosi-ts/core';
import { formatVersion, type Pointer } from '@cosi-ts/resources';
import { TraceEvent, TraceRequestSchema, TraceResponseSchema } from '../../gen/cosi/runtime/trace_pb.ts';
import { NotFoundError } from '../../state/errors.ts';
import type { State } from '../../state/state.ts';
import type { AccessRule } from '../access.ts';
import { decodeRequest } from '../server/handlers.ts';
import { toStatus } from '../status.ts';
import { MAX_DEPTH, traceOf, type TraceStep } from './trace-of.ts';

const TRACE_SERVICE = 'cosi.runtime.Trace';
export const TRACE_METHOD = `/${TRACE_SERVICE}/Trace`;

export interface TraceServiceOptions {
  /** What a caller may read; by default everything. */
  readonly access?: ((call: ServerCall) => AccessRule) | undefined;
}

/** Tells why resources are what they are. What a caller may not read is a step without a name. */
export function traceService(state: Pick<State, 'origin'>, { access }: TraceServiceOptions = {}): RpcService {
  return {
    name: TRACE_SERVICE,
    unary: new Map([
      [
        TRACE_METHOD,
        // Async only so that a refusal is a rejection.
        async (request, call) => {
          const rule: AccessRule = access?.(call) ?? (() => undefined);
          const { namespace, type, id, depth } = decodeRequest(TraceRequestSchema, request);
          const pointer: Pointer = { namespace, type, id };
          const refusal = rule({ ...pointer, verb: 'get' });
          if (refusal !== undefined) throw toStatus('Get', refusal);
          const steps = traceOf(state, pointer, depth === 0 ? MAX_DEPTH : Math.min(depth, MAX_DEPTH));
          if (steps === undefined) throw toStatus('Get', new NotFoundError(pointer));
          const message = { steps: steps.map((step) => messageOf(step, rule)) };
          return toBinary(TraceResponseSchema, create(TraceResponseSchema, message));
        },
      ],
    ]),
    streams: new Map(),
  };
}

const EVENTS = {
  created: TraceEvent.CREATED,
  updated: TraceEvent.UPDATED,
  tornDown: TraceEvent.TORN_DOWN,
  destroyed: TraceEvent.DESTROYED,
} as const;

function messageOf({ depth, pointer, origin, isCut }: TraceStep, rule: AccessRule) {
  const { namespace, type, id } = pointer;
  if (rule({ ...pointer, verb: 'get' }) !== undefined) return { depth, event: TraceEvent.HIDDEN, cut: isCut };
  if (origin === undefined) return { depth, namespace, type, id, event: TraceEvent.FORGOTTEN, cut: isCut };
  return {
    depth,
    namespace,
    type,
    id,
    event: EVENTS[origin.event],
    version: formatVersion(origin.resource.metadata.version),
    time: origin.time,
    actor: origin.actor,
    position: BigInt(origin.position),
    cut: isCut,
  };
}
