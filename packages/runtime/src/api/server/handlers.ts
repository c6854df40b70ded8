import { fromBinary, type DescMessage, type MessageShape } from '@bufbuild/protobuf';
import {
  RpcError,
  messageOf,
  type RpcSink,
  type ServerCall,
  type StreamHandler,
  type UnaryHandler,
} from '@cosi-ts/core';
import type { Operation } from '../methods.ts';
import { toStatus } from '../status.ts';

/** A unary handler around a decoded request. What it throws becomes the operation's status. */
export function answers<T>(
  operation: Operation,
  read: (bytes: Uint8Array) => T,
  answer: (request: T, call: ServerCall) => Promise<Uint8Array>,
): UnaryHandler {
  return async (bytes, call) => {
    try {
      return await answer(decoded(read, bytes), call);
    } catch (thrown) {
      throw toStatus(operation, thrown);
    }
  };
}

/** The same for a stream. */
export function streams<D extends DescMessage>(
  operation: Operation,
  schema: D,
  send: (request: MessageShape<D>, call: ServerCall, sink: RpcSink) => Promise<void>,
): StreamHandler {
  return async (bytes, call, sink) => {
    try {
      await send(decodeRequest(schema, bytes), call, sink);
    } catch (thrown) {
      throw toStatus(operation, thrown);
    }
  };
}

/** @throws RpcError `INVALID_ARGUMENT` for bytes that are no such message */
export function decodeRequest<D extends DescMessage>(schema: D, bytes: Uint8Array): MessageShape<D> {
  return decoded((given) => fromBinary(schema, given, { readUnknownFields: false }), bytes);
}

function decoded<T>(read: (bytes: Uint8Array) => T, bytes: Uint8Array): T {
  try {
    return read(bytes);
  } catch (thrown) {
    throw new RpcError('INVALID_ARGUMENT', `malformed request: ${messageOf(thrown)}`);
  }
}
