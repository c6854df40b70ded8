import { fc, test as property } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import { RpcError, RpcStatus, type RpcStatusName } from '../rpc-error.ts';
import { errorOf, statusOf } from './status.ts';

const name = fc.constantFrom(...(Object.keys(RpcStatus) as RpcStatusName[]));

property.prop([name, fc.string({ minLength: 1, unit: 'grapheme' })])(
  'an RpcError survives the way',
  (name, message) => {
    const { status, message: arrived } = errorOf(statusOf(new RpcError(name, message)));
    expect([status, arrived]).toEqual([name, message]);
  },
);

test('what is no status number is UNKNOWN, and an empty message is replaced', () => {
  expect(errorOf({ code: 77, details: 'x' })).toMatchObject({ status: 'UNKNOWN', message: 'x' });
  expect(errorOf({ code: 5, details: '' }).message).toBe('the call ended with NOT_FOUND');
});

test.each([
  ['Received RST_STREAM with code 0 (Call ended without gRPC status)', 'UNAVAILABLE'],
  ['Received RST_STREAM with code 2 triggered by internal client error: write EPIPE', 'UNAVAILABLE'],
  ['Received RST_STREAM with code 2 (Internal server error)', 'INTERNAL'],
  ['x is not a function', 'INTERNAL'],
])('the INTERNAL error "%s" is %s', (details, status) => {
  expect(errorOf({ code: RpcStatus.INTERNAL, details })).toMatchObject({ status, message: details });
});
