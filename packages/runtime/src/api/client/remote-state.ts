import { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { CallOptions, Host, RpcChannel } from '@cosi-ts/core';
import type { Pointer, Resource, TypeLookup } from '@cosi-ts/resources';
import {
  CreateOptionsSchema,
  DestroyRequestSchema,
  DestroyResponseSchema,
  GetRequestSchema,
  ListRequestSchema,
  TeardownAndDestroyRequestSchema,
  TeardownAndDestroyResponseSchema,
  TeardownRequestSchema,
  TeardownResponseSchema,
  UpdateOptionsSchema,
} from '../../gen/cosi/resource/state_pb.ts';
import type { State, WaitOptions, WatchKindOptions, WriteOptions } from '../../state/state.ts';
import { teardownAndDestroy } from '../../state/teardown-and-destroy.ts';
import { teardownByUpdate } from '../../state/teardown-by-update.ts';
import type { Watch } from '../../state/watch.ts';
import { fromStatus } from '../status.ts';
import { resourceFrom } from '../wire/decode.ts';
import { resourceEncoder, renumbered } from '../wire/encode.ts';
import { queryTo } from '../wire/query.ts';
import { readResourceResponse } from '../wire/read-messages.ts';
import { callsOn, messagesOf, requestOf } from './calls.ts';
import { orElse } from './or-else.ts';
import { openHealingWatch, type HealingOptions } from './healing-watch.ts';
import { mirrorsOf } from './mirror.ts';
import { openWatch, type WatchTarget } from './raw-watch.ts';
import { replicasOf } from './replicas.ts';

export interface RemoteStateOptions {
  /** The types whose specs are decoded; resources of others have an `EncodedSpec`. */
  readonly types: TypeLookup;
  /** Sent with each call, for example the node that a proxy shall ask: `{ node: '172.20.0.2' }`. */
  readonly metadata?: CallOptions['metadata'];
  /**
   * Lets watches survive what happens to their streams, and gives the state `changes()`. Without it a watch ends with
   * an `errored` event when its stream breaks.
   */
  readonly healing?: RemoteHealing | undefined;
}

export interface RemoteHealing extends HealingOptions {
  readonly host: Pick<Host, 'clock' | 'random' | 'timers' | 'log'>;
}

/**
 * The state behind a gRPC server of the service `cosi.resource.State`. Its refusals are those of a local state; what
 * the network adds rejects with `RpcError`.
 *
 * @param channel a server that does not split large batches needs one that takes more than the default 4 MiB.
 */
export function remoteState(channel: RpcChannel, { types, metadata, healing }: RemoteStateOptions): State {
  const calls = callsOn(channel, metadata);
  const encodeResource = resourceEncoder(types);
  const write = (resource: Resource, field: number, options: Uint8Array): Uint8Array => {
    const encoded = encodeResource(resource);
    return new BinaryWriter()
      .raw(field === 1 ? encoded : renumbered(encoded, field))
      .uint32(((field + 1) << 3) | 2)
      .bytes(options)
      .finish();
  };

  const healed = healing && { ...healing, calls, types, isClosed: () => channel.isClosed };
  const open = (target: WatchTarget, options: WatchKindOptions): Promise<Watch> =>
    healed === undefined
      ? openWatch({ calls, types }, target, options)
      : openHealingWatch(healed, mirrorsOf(healed.host.clock, types)(target), target, options);

  const state: State = {
    async get(pointer, options) {
      const request = requestOf(GetRequestSchema, { ...named(pointer), options: {} });
      const fields = await calls.unary('Get', pointer, request, readResourceResponse, options?.signal);
      return resourceFrom(fields, types);
    },

    async list({ namespace, type }, options) {
      const request = requestOf(ListRequestSchema, { namespace, type, options: queryTo(options?.query) });
      const stream = calls.stream('List', request, options?.signal);
      const resources: Resource[] = [];
      try {
        for (;;) {
          const message = await stream.next();
          if (message === undefined) return resources;
          resources.push(resourceFrom(readResourceResponse(message), types));
        }
      } catch (thrown) {
        stream.cancel();
        throw fromStatus('List', { namespace, type, id: '' }, thrown);
      }
    },

    async create(resource, options = {}) {
      options.signal?.throwIfAborted();
      const request = write(resource, 1, requestOf(CreateOptionsSchema, { owner: options.owner ?? '' }));
      const fields = await calls.unary('Create', resource.metadata, request, readResourceResponse);
      return resourceFrom(fields, types);
    },

    async update(resource, options = {}) {
      options.signal?.throwIfAborted();
      const { owner = '', expectedPhase = 'running' } = options;
      const phase = expectedPhase === 'any' ? {} : { expectedPhase };
      const request = write(resource, 2, requestOf(UpdateOptionsSchema, { owner, ...phase }));
      const fields = await calls.unary('Update', resource.metadata, request, readResourceResponse);
      return resourceFrom(fields, types);
    },

    async destroy(pointer, options) {
      options?.signal?.throwIfAborted();
      const request = requestOf(DestroyRequestSchema, { ...named(pointer), options: ownerOf(options) });
      await calls.unary('Destroy', pointer, request, messagesOf(DestroyResponseSchema));
    },

    teardown: orElse(
      async (pointer: Pointer, options?: WriteOptions) => {
        options?.signal?.throwIfAborted();
        const request = requestOf(TeardownRequestSchema, { ...named(pointer), options: ownerOf(options) });
        return (await calls.unary('Teardown', pointer, request, messagesOf(TeardownResponseSchema))).destroyReady;
      },
      (pointer, options) => teardownByUpdate(state, pointer, options),
    ),

    teardownAndDestroy: orElse(
      async (pointer: Pointer, options?: WaitOptions) => {
        const request = requestOf(TeardownAndDestroyRequestSchema, { ...named(pointer), options: ownerOf(options) });
        const { signal } = options ?? {};
        await calls.unary('TeardownAndDestroy', pointer, request, messagesOf(TeardownAndDestroyResponseSchema), signal);
      },
      (pointer, options) => teardownAndDestroy({ ...state, teardownAndDestroy: undefined }, pointer, options),
    ),

    watch: (pointer, options = {}) => open(named(pointer), options),
    watchKind: ({ namespace, type }, options = {}) => open({ namespace, type }, options),
    ...(healed && replicasOf(healed)),
  };
  return state;
}

function named({ namespace, type, id }: Pointer): Pointer {
  return { namespace, type, id };
}

function ownerOf(options: { readonly owner?: string | undefined } | undefined) {
  return { owner: options?.owner ?? '' };
}
