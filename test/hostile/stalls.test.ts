import { connect as connectHttp2 } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import { join } from 'node:path';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { Bytes, realHost, type RpcChannel } from '@cosi-ts/core';
import { Labels, newMetadata, type Metadata, type Resource } from '@cosi-ts/resources';
import { compileQuery, remoteState, type Query, type QuerySelection, type State, type Watch } from '@cosi-ts/runtime';
import * as fc from 'fast-check';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { COSI, startProcess, temporaryDirectory, type Running } from '../process.ts';

/** Milliseconds for which no request may hold up the loop, whatever it asks. */
const LIMIT = 50;

const METHODS = [
  ...['Get', 'List', 'Create', 'Update', 'Destroy', 'Watch', 'Teardown', 'TeardownAndDestroy'].map(
    (name) => `/cosi.resource.State/${name}`,
  ),
  '/grpc.health.v1.Health/Check',
  '/grpc.health.v1.Health/Watch',
  '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
];
const KIND = { namespace: 'n', type: 'T' };
const host = realHost();

let path: string;
let server: Running;
let channel: RpcChannel;
let remote: State;
let asked: number;

beforeEach(async () => {
  path = join(await temporaryDirectory(), 's');
  const probe = join(import.meta.dirname, 'stall-probe.ts');
  server = startProcess(process.execPath, ['--import', probe, COSI, 'state', 'serve', '--listen', `unix:${path}`]);
  await server.until(/address=/);
  channel = host.rpc.connect({ address: `unix:${path}` });
  onTestFinished(() => channel.close());
  remote = remoteState(channel, { types: { find: () => undefined } });
  asked = 0;
});

/** How long the server's loop did not turn at most since it was asked last. */
async function longestTurn(): Promise<number> {
  asked += 1;
  server.child.kill('SIGUSR2');
  const pattern = new RegExp(`longest turn ${asked}: (\\S+) ms`);
  await server.until(pattern);
  return Number(pattern.exec(server.err())?.[1]);
}

/** It is there all the while, and nothing that was done to it took long. */
async function holds(what: string, hostile: () => Promise<unknown>): Promise<void> {
  await remote.list(KIND, { query: compileQuery({ id: 'x', labels: [[{ key: 'x', op: 'exists' }]] }) });
  await longestTurn();
  await hostile();
  await remote.list({ ...KIND, type: 'None' });
  expect.soft(await longestTurn(), `milliseconds: ${what}`).toBeLessThan(LIMIT);
}

const resource = (id: string, given: Partial<Metadata> = {}, yaml = '') => ({
  metadata: newMetadata({ ...KIND, id }, given),
  spec: { proto: Bytes.empty, yaml },
});
const refused = (call: Promise<unknown>): Promise<unknown> => call.catch(() => undefined);
const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

test('no bytes that are sent as a request stall the server', { timeout: 60_000 }, async () => {
  const session = connectHttp2('http://localhost', { createConnection: () => connectSocket(path) });
  onTestFinished(() => session.destroy());
  const send = (method: string, body: Uint8Array): Promise<void> =>
    new Promise((resolve) => {
      const stream = session.request({ ':method': 'POST', ':path': method, 'content-type': 'application/grpc' });
      const end = (): void => {
        stream.close();
        resolve();
      };
      stream.on('response', end).on('error', end).on('close', end).end(body);
    });
  const frame = (length: number, body: Uint8Array): Buffer => {
    const head = Buffer.alloc(5);
    head.writeUInt32BE(length, 1);
    return Buffer.concat([head, body]);
  };
  const bytes = fc.uint8Array({ maxLength: 400 });
  const length = fc.integer({ min: 0, max: 2 ** 32 - 1 });
  for (const method of METHODS) {
    await holds(`random bytes to ${method}`, async () => {
      for (const body of fc.sample(bytes, 20)) await send(method, frame(body.length, body));
      for (const [body, forged] of fc.sample(fc.tuple(bytes, length), 20)) await send(method, frame(forged, body));
    });
  }

  // A message that is full of the smallest things there are.
  const nested = (fields: readonly number[], unit: readonly number[]): Uint8Array => {
    const inner: Uint8Array = Buffer.alloc(4_000_000 - (4_000_000 % unit.length), Uint8Array.from(unit));
    return fields.reduceRight(
      (body, field) => new BinaryWriter().tag(field, WireType.LengthDelimited).bytes(body).finish(),
      inner,
    );
  };
  const crammed: [string, string, Uint8Array][] = [
    ['Get', 'options', nested([], [0x22, 0])],
    ['Get', 'unknown numbers', nested([], [0x78, 1])],
    ['Get', 'groups', nested([], [0x7b, 0x7c])],
    ['Get', 'names', nested([], [0x0a, 1, 0x61])],
    ['List', 'terms', nested([3, 1], [0x0a, 0])],
    ['List', 'queries', nested([3], [0x0a, 0])],
    ['List', 'values', nested([3, 1, 1], [0x1a, 0])],
    ['Watch', 'terms', nested([4, 3], [0x0a, 0])],
    ['Create', 'resources', nested([], [0x0a, 0])],
    ['Create', 'metadata', nested([1], [0x0a, 0])],
    ['Create', 'labels', nested([1, 1], [0x52, 0])],
    ['Create', 'finalizers', nested([1, 1], [0x4a, 0])],
    ['Create', 'encodings', nested([1, 2], [0x0a, 0])],
    ['Update', 'unknown numbers', nested([2], [0x78, 1])],
  ];
  for (const [operation, what, body] of crammed) {
    const method = `/cosi.resource.State/${operation}`;
    await holds(`${operation} full of ${what}`, () => send(method, frame(body.length, body)));
  }
});

test('no query stalls the server', { timeout: 60_000 }, async () => {
  const ids = times(1000, (index) => `id-${index}-${'a'.repeat(200)}`);
  await Promise.all(ids.map((id, index) => remote.create(resource(id, { labels: Labels.of({ n: `${index}` }) }))));
  const most = times(500, (index): [string, string] => [`k-${index}`, `${'9'.repeat(200)}x${index}`]);
  await remote.create(resource('labelled', { labels: Labels.from(most) }));
  const patterns = ['(a*)*b', '.*.*.*.*.*=.*', '([a-z]+)*\\d\\d\\d\\d\\d', '[^b]*[^c]*[^d]*z'];
  const selections: readonly QuerySelection[] = [
    ...[...patterns, '(?:a?){50}a{50}', '\\pL{300}z'].map((id) => ({ id })),
    { labels: [times(9990, () => ({ key: 'n', op: 'exists' as const }))] },
    { labels: times(4990, () => [{ key: 'other', op: 'exists' as const }]) },
    { labels: times(3000, (index) => [{ key: `k-${index % 500}`, op: 'ltNumeric' as const, values: ['0'] }]) },
    { labels: [[{ key: 'n', op: 'in', values: times(9990, String) }]] },
    { labels: [times(4000, () => ({ key: 'n', op: 'lt' as const, values: ['~'] }))], id: '(a*)*b' },
  ];
  for (const selection of selections) {
    const what = JSON.stringify(selection).slice(0, 80);
    // As it is: here it would be refused before it is sent.
    const query: Query = { ...selection, matches: () => true };
    await holds(`a list by ${what}`, () => refused(remote.list(KIND, { query })));
    await holds(`watches by ${what}`, async () => {
      const watches = await Promise.all(
        times(2, () => remote.watchKind(KIND, { query, bootstrapContents: true })),
      ).catch(() => []);
      await Promise.all(watches.map((watch) => watch.next()));
      await Promise.all(ids.slice(0, 10).map((id) => remote.teardown({ ...KIND, id })));
      for (const watch of watches) watch.close();
    });
  }
});

test('neither large resources nor many streams stall the server', { timeout: 60_000 }, async () => {
  const many = times(25_000, (index): [string, string] => [`k${index}`, '']);
  const texts: readonly [string, Partial<Metadata>][] = [
    ['a label of 3 MB', { labels: Labels.of({ k: 'x'.repeat(3_000_000) }) }],
    ['a label of 250 kB', { labels: Labels.of({ k: 'é'.repeat(125_000) }) }],
    ['an annotation of blanks', { annotations: Labels.of({ k: ' '.repeat(250_000) }) }],
    ['25,000 labels', { labels: Labels.from(many) }],
    ['25,000 annotations in disorder', { annotations: Labels.from(many.toReversed()) }],
    ['25,000 finalizers', { finalizers: many.map(([key]) => key) }],
  ];
  for (const [what, given] of texts) {
    await holds(what, () => refused(remote.create(resource(what, given))));
    await holds(`${what}, listed`, () => remote.list(KIND));
  }
  const query = compileQuery({
    labels: times(900, (at) => [{ key: `k${at * 20}`, op: 'lt' as const, values: [' '] }]),
  });
  await holds('a query for 900 of 25,000 labels', () => remote.list(KIND, { query }));

  const kind = { ...KIND, type: 'Watched' };
  let watches: Watch[] = [];
  // Code that runs for the first time is no measure.
  const opened = await Promise.all(times(200, () => remote.watchKind(kind)));
  for (const watch of opened) watch.close();
  await holds('streams that are opened', async () => {
    watches = await Promise.all(times(800, () => remote.watchKind(kind)));
  });
  const changed = {
    metadata: newMetadata({ ...kind, id: 'x' }),
    spec: { proto: Bytes.empty, yaml: 'x'.repeat(20_000) },
  };
  let stored: Resource = changed;
  await holds('one change for all', async () => {
    stored = await remote.create(changed);
    await Promise.all(watches.map((watch) => watch.next()));
  });
  await holds('streams that are given up', async () => {
    for (const watch of watches) watch.close();
  });
  await holds('large specs for many', async () => {
    watches = await Promise.all(times(50, () => remote.watchKind(kind)));
    await remote.update({ ...stored, spec: { proto: Bytes.empty, yaml: 'y'.repeat(1_500_000) } });
    await Promise.all(watches.map((watch) => watch.next()));
  });
});
