import { toBinary, create } from '@bufbuild/protobuf';
import { RpcError, type Pace, type RpcService, type ServerCall } from '@cosi-ts/core';
import { parsePhase, type Phase, type Resource, type TypeLookup } from '@cosi-ts/resources';
import { TeardownResponseSchema } from '../../gen/cosi/resource/state_pb.ts';
import type { State } from '../../state/state.ts';
import { teardownAndDestroy } from '../../state/teardown-and-destroy.ts';
import { filterState, type AccessRule } from '../access.ts';
import { STATE_SERVICE, methodOf } from '../methods.ts';
import { resourceFrom, type ResourceFields } from '../wire/decode.ts';
import type { EncodeCache } from '../wire/encode-cache.ts';
import { eventEncoder, resourceEncoder } from '../wire/encode.ts';
import { queryFrom } from '../wire/query.ts';
import { readCreateRequest, readPointerRequest, readUpdateRequest } from '../wire/read-messages.ts';
import { readListRequest, readWatchRequest } from '../wire/read-queries.ts';
import { answers, streams } from './handlers.ts';
import { serveWatch } from './serve-watch.ts';

export interface StateServiceOptions {
  /** The types whose specs are decoded and encoded here; others pass through as the bytes that came in. */
  readonly types: TypeLookup;
  /** The process's encoded forms. */
  readonly encodings: EncodeCache;
  readonly pace: Pace;
  /** What a caller may do: asked at each call, and by a watch for each batch. Everything, if absent. */
  readonly access?: ((call: ServerCall) => AccessRule) | undefined;
  /**
   * Most bytes of a spec that is written, both encodings together: 1.5 MiB by default, as etcd has it. An update is
   * told with what was before, and receivers take 4 MiB if nobody says otherwise.
   */
  readonly maxSpecBytes?: number | undefined;
}

const MAX_SPEC = 1.5 * 1024 * 1024;

/**
 * The gRPC service `cosi.resource.State` over a state. Whatever a request holds, it answers with a message or a
 * status.
 */
export function stateService(state: State, options: StateServiceOptions): RpcService {
  const { types, encodings, pace, access, maxSpecBytes = MAX_SPEC } = options;
  const encodeResource = resourceEncoder(types);
  const encode = (resource: Resource): Uint8Array => encodings.get(resource, encodeResource);
  const encodeEvent = eventEncoder(encode);
  const given = (wire: ResourceFields | undefined): Resource => {
    const bytes = (wire?.spec?.protoSpec.length ?? 0) + Buffer.byteLength(wire?.spec?.yamlSpec ?? '');
    if (bytes <= maxSpecBytes) return resourceFrom(wire, types);
    throw new RpcError('RESOURCE_EXHAUSTED', `a spec has at most ${maxSpecBytes} bytes, this one has ${bytes}`);
  };
  const filtered = new WeakMap<AccessRule, State>();
  const as = (call: ServerCall): State => {
    if (access === undefined) return state;
    const rule = access(call);
    const known = filtered.get(rule) ?? filterState(state, rule);
    filtered.set(rule, known);
    return known;
  };

  return {
    name: STATE_SERVICE,
    unary: new Map([
      [
        methodOf('Get'),
        answers('Get', readPointerRequest, async (request, call) => encode(await as(call).get(pointerOf(request)))),
      ],
      [
        methodOf('Create'),
        answers('Create', readCreateRequest, async ({ resource, options }, call) => {
          return encode(await as(call).create(given(resource), { owner: options?.owner }));
        }),
      ],
      [
        methodOf('Update'),
        answers('Update', readUpdateRequest, async ({ resource, options }, call) => {
          const expectedPhase = expectedPhaseOf(options?.expectedPhase);
          return encode(await as(call).update(given(resource), { owner: options?.owner, expectedPhase }));
        }),
      ],
      [
        methodOf('Destroy'),
        answers('Destroy', readPointerRequest, async (request, call) => {
          await as(call).destroy(pointerOf(request), { owner: request.options?.owner });
          return EMPTY;
        }),
      ],
      [
        methodOf('Teardown'),
        answers('Teardown', readPointerRequest, async (request, call) => {
          const destroyReady = await as(call).teardown(pointerOf(request), { owner: request.options?.owner });
          return toBinary(TeardownResponseSchema, create(TeardownResponseSchema, { destroyReady }));
        }),
      ],
      [
        methodOf('TeardownAndDestroy'),
        answers('TeardownAndDestroy', readPointerRequest, async (request, call) => {
          const { signal } = call;
          await teardownAndDestroy(as(call), pointerOf(request), { owner: request.options?.owner, signal });
          return EMPTY;
        }),
      ],
    ]),
    streams: new Map([
      [
        methodOf('List'),
        streams('List', readListRequest, async ({ namespace, type, options }, call, sink) => {
          const query = queryFrom(options);
          // Filtered here, where the loop may turn meanwhile.
          for (const resource of await as(call).list({ namespace, type })) {
            const isWanted = query === undefined || query.matches(resource);
            const behind = isWanted ? sink.write(encode(resource)) : undefined;
            await (behind ?? pace.yield());
            if (call.signal.aborted) return;
          }
        }),
      ],
      [
        methodOf('Watch'),
        streams('Watch', readWatchRequest, (request, call, sink) =>
          serveWatch(as(call), request, { encode: encodeEvent, encodings, pace, signal: call.signal, sink }),
        ),
      ],
    ]),
  };
}

const EMPTY = new Uint8Array(0);

function pointerOf({ namespace, type, id }: { namespace: string; type: string; id: string }) {
  return { namespace, type, id };
}

function expectedPhaseOf(text: string | undefined): Phase | 'any' {
  if (text === undefined) return 'any';
  const phase = parsePhase(text);
  if (phase === undefined) throw new RpcError('INVALID_ARGUMENT', `unknown phase: ${text}`);
  return phase;
}
