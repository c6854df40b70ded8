import { messageOf, RpcError } from '@cosi-ts/core';

const MAX_DETAILS = 4096;

/** What the caller hears of what a handler threw: a status and a text, never the object itself. */
export function statusOf(thrown: unknown): RpcError {
  const status = thrown instanceof RpcError ? thrown.status : 'INTERNAL';
  const details = messageOf(thrown).slice(0, MAX_DETAILS).toWellFormed();
  return new RpcError(status, details === '' ? `the call ended with ${status}` : details);
}

export function stopping(): RpcError {
  return new RpcError('UNAVAILABLE', 'the server is stopping');
}

export function aborted({ reason }: AbortSignal): RpcError {
  return new RpcError('CANCELLED', `the call was aborted: ${messageOf(reason)}`, { cause: reason });
}

export function tooLarge(size: number, limit: number): RpcError {
  return new RpcError('RESOURCE_EXHAUSTED', `received message larger than max (${size} vs ${limit})`);
}
