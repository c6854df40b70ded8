import { fc, test as property } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import { formatHostPort, normalizePeer, parseAddress } from './address.ts';

const port = fc.integer({ min: 0, max: 65_535 });
const host = fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain());

property.prop([host, port])('what is formatted is parsed to the same', (host, port) => {
  expect(parseAddress(formatHostPort(host, port))).toEqual({ kind: 'tcp', host, port });
});

test.each(['', 'host', 'host:', 'host:65536', 'host:x', '::1:80', '[::1]', 'unix:', 'a b]:1', 'http://host:80'])(
  '%j is no address',
  (address) => {
    expect(() => parseAddress(address)).toThrow(expect.objectContaining({ status: 'INVALID_ARGUMENT' }));
  },
);

test('sockets may be written as a path or as a URL', () => {
  expect(parseAddress('unix:/run/a.sock')).toEqual({ kind: 'unix', path: '/run/a.sock' });
  expect(parseAddress('unix:///run/a.sock')).toEqual({ kind: 'unix', path: '/run/a.sock' });
  expect(parseAddress('unix:a.sock')).toEqual({ kind: 'unix', path: 'a.sock' });
  expect(parseAddress(':80')).toEqual({ kind: 'tcp', host: '', port: 80 });
});

test.each([
  ['127.0.0.1:1234', '127.0.0.1:1234'],
  ['::ffff:127.0.0.1:1234', '127.0.0.1:1234'],
  ['::1:1234', '[::1]:1234'],
  ['fe80::1%eth0:1234', '[fe80::1%eth0]:1234'],
  ['unknown', 'unknown'],
])('the peer %s is written %s', (peer, normal) => {
  expect(normalizePeer(peer)).toBe(normal);
});
