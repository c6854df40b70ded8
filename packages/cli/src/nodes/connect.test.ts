import { dirname, join } from 'node:path';
import { realHost, RpcError, type CallOptions, type Rpc, type RpcChannel } from '@cosi-ts/core';
import { expect, test } from 'vitest';
import { CommandError } from '../io.ts';
import { connectSocket, impatient } from './connect.ts';

const deep = join('/', 'd'.repeat(60), 'e'.repeat(60), 'node', 'api.sock');

test('a path that is too long is reached from the working directory', () => {
  const tried: string[] = [];
  const { rpc } = realHost();
  const seen: Rpc = {
    listen: rpc.listen,
    connect(target) {
      tried.push(target.address);
      return rpc.connect(target);
    },
  };
  connectSocket(seen, deep, dirname(dirname(deep))).close();
  expect(tried).toEqual([`unix:${deep}`, 'unix:node/api.sock']);
});

test('one that is too long from there, too, is refused with the cure', () => {
  expect(() => connectSocket(realHost().rpc, deep, '/')).toThrow(CommandError);
  expect(() => connectSocket(realHost().rpc, deep, '/')).toThrow(/at most 107: use a shorter directory/);
});

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
