import {
  create,
  fromBinary,
  toBinary,
  type DescMessage,
  type MessageInitShape,
  type MessageShape,
} from '@bufbuild/protobuf';
import type { CallOptions, RpcChannel, RpcStream } from '@cosi-ts/core';
import type { Pointer } from '@cosi-ts/resources';
import { methodOf, type Operation } from '../methods.ts';
import { fromStatus } from '../status.ts';

/** The calls of one client: a channel and what goes along with each call. */
export interface Calls {
  unary<T>(
    operation: Operation,
    pointer: Pointer,
    request: Uint8Array,
    read: (answer: Uint8Array) => T,
    signal?: AbortSignal,
  ): Promise<T>;
  stream(operation: Operation, request: Uint8Array, signal?: AbortSignal): RpcStream;
}

export function callsOn(channel: RpcChannel, metadata: CallOptions['metadata']): Calls {
  return {
    async unary(operation, pointer, request, read, signal) {
      try {
        return read(await channel.unary(methodOf(operation), request, { metadata, signal }));
      } catch (thrown) {
        throw fromStatus(operation, pointer, thrown);
      }
    },
    stream: (operation, request, signal) => channel.stream(methodOf(operation), request, { metadata, signal }),
  };
}

/** A request's bytes from its fields. */
export function requestOf<D extends DescMessage>(schema: D, fields: MessageInitShape<D>): Uint8Array {
  return toBinary(schema, create(schema, fields));
}

/** What reads the messages that a schema describes. */
export function messagesOf<D extends DescMessage>(schema: D): (bytes: Uint8Array) => MessageShape<D> {
  return (bytes) => fromBinary(schema, bytes);
}
