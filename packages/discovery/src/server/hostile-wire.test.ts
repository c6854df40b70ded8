import { connect } from 'node:net';
import { fc } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import { serve } from './service.fixture.ts';

// What a stranger can send to the port before there is any message: bytes, and frames of HTTP/2 that are nearly right.

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
const frame = fc
  .record({
    type: fc.nat(12),
    flags: fc.nat(255),
    stream: fc.nat(9),
    payload: bytes,
    lie: fc.integer({ min: -3, max: 3 }),
  })
  .map(({ type, flags, stream, payload, lie }) => {
    const head = Buffer.alloc(9);
    head.writeUIntBE(Math.max(0, payload.length + lie), 0, 3);
    head.writeUInt8(type, 3);
    head.writeUInt8(flags, 4);
    head.writeUInt32BE(stream, 5);
    return Buffer.concat([head, payload]);
  });
const settings = Buffer.from('000000040000000000', 'hex');
/** The beginning of a call whose body is up to chance: its headers as literals, and one frame of data. */
const call = fc
  .record({ method: fc.constantFrom('Hello', 'AffiliateUpdate', 'Watch', 'List', 'None'), body: bytes })
  .map(({ method, body }) => {
    const field = (name: string, value: string) => [
      0,
      name.length,
      ...Buffer.from(name),
      value.length,
      ...Buffer.from(value),
    ];
    const block = Buffer.from([
      ...field(':method', 'POST'),
      ...field(':scheme', 'http'),
      ...field(':path', `/sidero.discovery.server.Cluster/${method}`),
      ...field('content-type', 'application/grpc'),
      ...field('te', 'trailers'),
    ]);
    const head = (length: number, type: number, flags: number) =>
      Buffer.from([0, length >> 8, length & 0xff, type, flags, 0, 0, 0, 1]);
    return Buffer.concat([head(block.length, 1, 4), block, head(body.length, 0, 1), body]);
  });

const conversation = fc.oneof(
  fc.array(bytes, { maxLength: 4 }),
  fc.array(fc.oneof(frame, call, bytes), { maxLength: 6 }).map((frames) => [PREFACE, settings, ...frames]),
);

test('whatever bytes come, the service goes on for everybody else', async () => {
  const { hello, service } = await serve({ pages: true });
  await fc.assert(
    fc.asyncProperty(conversation, async (pieces) => {
      await say(service.address, pieces);
      expect([...(await hello()).clientIp]).toEqual([127, 0, 0, 1]);
    }),
    { numRuns: 150 },
  );
  expect(service.counts()).toEqual({ clusters: 0, affiliates: 0, endpoints: 0, watchers: 0 });
});

/** Says it all and leaves. */
function say(address: string, pieces: readonly Buffer[]): Promise<void> {
  const { hostname, port } = new URL(`http://${address}`);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port) });
    socket.on('error', () => undefined);
    socket.once('close', () => resolve());
    socket.resume();
    for (const piece of pieces) socket.write(piece);
    socket.end();
  });
}
