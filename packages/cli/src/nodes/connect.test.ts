import { RpcError, type CallOptions, type RpcChannel } from '@cosi-ts/core';
import { expect, test } from 'vitest';
import { impatient } from './connect.ts';

test('an impatient channel bounds each call, unless the caller does', async () => {
  const timeouts: (number | undefined)[] = [];
  const note = (options: CallOptions | undefined): void => void timeouts.push(options?.timeout);
  const channel: RpcChannel = {
    unary(_method, _request, options) {
      note(options);
      return Promise.reject(new RpcError('DEADLINE_EXCEEDED', ''));
    },
    stream(_method, _request, options) {
      note(options);
      return { next: () => Promise.resolve(undefined), cancel() {} };
    },
    isClosed: false,
    close() {},
  };
  const bounded = impatient(channel, 5);
  const nothing = new Uint8Array();
  await expect(bounded.unary('/m', nothing)).rejects.toThrow(RpcError);
  bounded.stream('/m', nothing, { metadata: {} });
  bounded.stream('/m', nothing, { timeout: 7 });
  expect(timeouts).toEqual([5, 5, 7]);
});
