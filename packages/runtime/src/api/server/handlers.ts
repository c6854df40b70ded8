import { fromBinary, type DescMessage, type MessageShape } from '@bufbuild/protobuf';
import {
  CodedError,
  RpcError,
  messageOf,
  type RpcSink,
  type ServerCall,
  type StreamHandler,
  type UnaryHandler,
} from '@cosi-ts/core';
import type { Operation } from '../methods.ts';
import { toStatus } from '../status.ts';
import { checkSize } from '../wire/request-size.ts';

/** A unary handler around a decoded request. What it throws becomes the operation's status. */
export function answers<T>(
  operation: Operation,
  read: (bytes: Uint8Array) => T,
  answer: (request: T, call: ServerCall) => Promise<Uint8Array>,
): UnaryHandler {
  return async (bytes, call) => {
    try {
      return await answer(decoded(read, bytes, WRITTEN[operation]), call);
    } catch (thrown) {
      throw toStatus(operation, thrown);
    }
  };
}

/** The same for a stream. */
export function streams<T>(
  operation: Operation,
  read: (bytes: Uint8Array) => T,
  send: (request: T, call: ServerCall, sink: RpcSink) => Promise<void>,
): StreamHandler {
  return async (bytes, call, sink) => {
    try {
      await send(decoded(read, bytes), call, sink);
    } catch (thrown) {
      throw toStatus(operation, thrown);
    }
  };
}

/** The fields of requests that hold a resource to be written. */
const WRITTEN: Partial<Record<Operation, number>> = { Create: 1, Update: 2 };

/** @throws RpcError `INVALID_ARGUMENT` for bytes that are no such message, `RESOURCE_EXHAUSTED` for too many */
export function decodeRequest<D extends DescMessage>(schema: D, bytes: Uint8Array): MessageShape<D> {
  return decoded((given) => fromBinary(schema, given, { readUnknownFields: false }), bytes);
}

function decoded<T>(read: (bytes: Uint8Array) => T, bytes: Uint8Array, written?: number): T {
  checkSize(bytes, written);
  try {
    return read(bytes);
  } catch (thrown) {
    if (thrown instanceof CodedError) throw thrown;
    throw new RpcError('INVALID_ARGUMENT', `malformed request: ${messageOf(thrown)}`);
  }
}
